"""An external OMS that fails: the documented 503 of a history in version 2 is no server error, whoever asks."""

from tests.running import orderproof


def test_the_probe_of_a_tenant_whose_oms_fails_may_get_503(tmp_path):
    variant = "every-trouble-of-the-oms-is-503-in-v2"

    ran = orderproof(tmp_path, "run", "--variant", variant, "--rules", "OMS-4", "--rules", "OMS-12")

    assert ran.code == 0, ran.out
    answers = [one for one in ran.record["exchanges"] if one["status"] == 503]
    assert any(one.get("only_proves") for one in answers), "no token of a state was proven by such a history"
    assert all(one.get("allowed_5xx") == [503] for one in answers)
