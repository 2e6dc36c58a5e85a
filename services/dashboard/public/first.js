// The page's policy forbids making code out of strings, which zod would otherwise do to be faster. Its schemas look at
// this when they are made, so it stands before any of them.
globalThis.__zod_globalConfig = { jitless: true };

// Before anything is painted: the page never flashes in the wrong colours.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("anyone.theme");
  } catch {}
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
