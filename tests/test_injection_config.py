"""The block `states.injection` of a target file: what it says is read, and each mistake in it is named."""

import json
from datetime import datetime

import pytest

from orderproof.conformance.config.injection import Injection
from orderproof.conformance.config.secret_values import secrets_of
from orderproof.conformance.config.target import Target, read_target
from orderproof.conformance.errors import UsageError
from orderproof.conformance.kit.settings import Settings
from tests.injecting import BLOCK


def written(folder, **more):
    block = {key: value for key, value in {**BLOCK, **more}.items() if value is not None}
    path = folder / "target.yaml"
    path.write_text(json.dumps({"base_url": "https://acme.example/v0", "states": {"injection": block}}), "utf-8")
    return path


def test_every_key_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("INJECTION_TOKEN", "hunter22")
    target = read_target(
        written(
            tmp_path,
            url="https://inject.example/orders/",
            token="${INJECTION_TOKEN}",
            shipping={"service_level_identifier": "EXPRESS", "price": "5.50"},
            payment={"processor": "adyen"},
            extra={"customer_name": "Jo", "payments": None},
        )
    )
    assert target.states.injection == Injection(
        shop="storefront-us",
        shop_locale="en-US",
        channel_type="web",
        channel_name="shopify",
        currency="USD",
        products=["10000100", "10000101"],
        preordered_products=["10000900"],
        shipping={"service_level_identifier": "EXPRESS", "price": "5.50", "tax": "0"},
        payment={"method": "credit_card", "processor": "adyen", "type": "authorized"},
        extra={"customer_name": "Jo", "payments": None},
        url="https://inject.example/orders",
        token="hunter22",
    )
    assert target.states
    assert Target.from_dict(json.loads(json.dumps(target.to_dict()))) == target
    assert "hunter22" not in repr(target)
    assert "hunter22" in secrets_of(target)


def test_a_token_that_is_typed_is_a_secret_too(tmp_path):
    assert "typed-token" in secrets_of(read_target(written(tmp_path, token="typed-token")))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"shop": None}, "states.injection: shop is missing (needed are shop, shop_locale, channel, currency"),
        ({"prodcts": ["1"]}, "unknown key 'prodcts'; did you mean \"products\"?"),
        ({"products": [10000100]}, "states.injection.products[0] must be text, not a number; put it in quotes"),
        ({"products": []}, "states.injection.products must be a list of product ids, not []"),
        ({"products": [" "]}, "states.injection.products[0] is empty"),
        ({"products": "10000100"}, "states.injection.products must be a list of product ids, not text"),
        ({"preordered_products": ["10000100"]}, "'10000100' is under products and preordered_products"),
        ({"channel": {"type": "shop", "name": "x"}}, "channel.type must be web, mobile or store, not 'shop'"),
        ({"channel": {"type": "web"}}, "states.injection.channel: name is missing"),
        ({"channel": {"type": "web", "name": "x" * 65}}, "channel.name has 65 characters"),
        ({"shop_locale": "x" * 129}, "shop_locale has 129 characters; the Order Injection API takes at most 128"),
        ({"currency": "usd"}, "states.injection.currency must be the code of a currency, not 'usd'"),
        ({"shipping": {"service_level_identifier": "S", "price": 5.555}}, "5.555 has more decimals than USD"),
        ({"currency": "JPY"}, "shipping.tax: 0.5 has more decimals than JPY, which has 0; round it"),
        ({"shipping": {"service_level_identifier": "S", "price": "5,00"}}, "'5,00' is not an amount of money"),
        ({"shipping": {"service_level_identifier": "S", "price": -1}}, "-1 is not an amount of money"),
        ({"shipping": {"service_level_identifier": "S", "price": "inf"}}, "'inf' is not an amount of money"),
        ({"shipping": {"price": 5}}, "service_level_identifier is missing"),
        ({"extra": {"external_id": "x"}}, "states.injection.extra: external_id is set by orderproof itself; remove it"),
        ({"extra": []}, "states.injection.extra must be a mapping of fields, not a list"),
        ({"url": "acme.example/v0/d/fulfill_order"}, "states.injection.url: 'acme.example/v0/d/fulfill_order' is not"),
        ({"token": "Bearer abc"}, "states.injection.token holds a space"),
        ({"payment": {"metod": "x"}}, 'did you mean "method"?'),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, more, says):
    with pytest.raises(UsageError) as caught:
        read_target(written(tmp_path, **more))
    assert str(caught.value).startswith(f"{tmp_path / 'target.yaml'}: states.injection")
    assert says in str(caught.value)


def test_a_number_that_json_does_not_have_is_a_mistake(tmp_path):
    path = written(tmp_path, extra={"weight": 1})
    path.write_text(path.read_text("utf-8").replace('"weight": 1', '"weight": .nan'), "utf-8")
    with pytest.raises(UsageError, match=r"states\.injection\.extra holds a value that JSON does not have"):
        read_target(path)


def test_every_process_of_a_run_has_its_name():
    settings = Settings(Target("t", "https://acme.example/v0"))
    assert Settings.from_json(settings.to_json()).run == settings.run
    assert datetime.strptime(settings.run, "orderproof-%Y%m%d-%H%M%S")
