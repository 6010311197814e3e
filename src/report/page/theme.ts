/** Light or dark: the system's theme until the reader chooses; light on paper. */

const CHOICE = "crowdstorm-theme";
type Theme = "light" | "dark";

/** Sets the theme now and whenever it changes, and calls `changed` after each change. */
export function startTheme(changed: () => void): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paper = matchMedia("print");
  const button = document.getElementById("theme");
  const root = document.documentElement;

  const apply = (): void => {
    const theme: Theme = paper.matches ? "light" : (chosen() ?? (dark.matches ? "dark" : "light"));
    if (button !== null) {
      button.hidden = false;
      button.textContent = theme === "dark" ? "Light" : "Dark";
      button.setAttribute("aria-label", `Switch to the ${theme === "dark" ? "light" : "dark"} theme`);
    }
    if (root.dataset["theme"] === theme) return;
    root.dataset["theme"] = theme;
    changed();
  };
  button?.addEventListener("click", () => {
    choose(root.dataset["theme"] === "dark" ? "light" : "dark");
    apply();
  });
  dark.addEventListener("change", apply);
  paper.addEventListener("change", apply);
  apply();
}

/** A colour of the style sheet in the present theme; of a status that it does not know, a neutral one. */
export function colour(name: string): string {
  // Only a property of the type colour resolves `light-dark()`.
  probe.style.color = `var(--${name}, var(--soft))`;
  return getComputedStyle(probe).color;
}

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

/** The choice when the browser refuses storage, as for some pages that are opened from a file. */
let remembered: Theme | undefined;

function chosen(): Theme | undefined {
  try {
    const stored = localStorage.getItem(CHOICE);
    return stored === "light" || stored === "dark" ? stored : remembered;
  } catch {
    return remembered;
  }
}

function choose(theme: Theme): void {
  remembered = theme;
  try {
    localStorage.setItem(CHOICE, theme);
  } catch {
    // `remembered` has the choice for this page.
  }
}
