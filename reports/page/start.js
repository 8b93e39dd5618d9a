// Last, when all is defined: show what the address asks for.

readFragment();
document.documentElement.dataset.ready = "";
