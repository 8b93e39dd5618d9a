// Last, when everything is defined: show what the address asks for.

readFragment();
// After loading, a browser jumps to the fragment by itself and takes the focus away.
window.addEventListener("load", () => requestAnimationFrame(() => { if (openRule) reveal(openRule); }));
document.documentElement.dataset.ready = "";
