// Last, when all is defined: show what the address asks for.

readFragment();
// A browser that has loaded a page goes to its fragment by itself, and takes the focus away.
window.addEventListener("load", () => requestAnimationFrame(() => { if (openRule) reveal(openRule); }));
document.documentElement.dataset.ready = "";
