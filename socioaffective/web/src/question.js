import { fresh, html, safe, write } from "./dom.js";
import { shade, watchTheme } from "./theme.js";

/** Shows a question to commit to before looking; the choice, once made, stays. */
export function question({ model: traits, el }) {
  const { question: asked, options, answer, because } = traits.get("spec");
  const group = fresh("question");
  const inputs = options.map((option) => safe(html("input", { type: "radio", name: group, value: option, onchange: show })));
  const choices = inputs.map((input, k) => html("label", { class: "sa-choice" }, input, ` ${options[k]}`));
  const commit = safe(html("button", { type: "button", disabled: true }, "This is my guess"));
  const verdict = html("p", { role: "status", class: "sa-verdict" });
  const title = html("legend", {}, asked);
  const field = html("fieldset", { class: "sa-question" }, title, ...choices);
  const root = html("div", { class: "sa-root" }, field, commit, verdict);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") event.stopPropagation();
  });
  commit.addEventListener("click", () => {
    traits.set("choice", inputs.find((input) => input.checked).value);
    traits.save_changes();
  });

  function show() {
    root.dataset.theme = shade(traits.get("theme"));
    const choice = traits.get("choice");
    for (const input of inputs) {
      if (choice !== null) input.checked = input.value === choice;
      input.disabled = choice !== null;
    }
    commit.disabled = choice !== null || !inputs.some((input) => input.checked);
    const said = choice === answer ? "So does the model." : `The model does something else: ${answer}.`;
    write(verdict, choice === null ? "" : `You said: ${choice}. ${said} ${because}`);
  }
  show();
  el.append(root);
  traits.on("change:choice", show);
  traits.on("change:theme", show);
  const unwatch = watchTheme(show);
  return () => {
    traits.off("change:choice", show);
    traits.off("change:theme", show);
    unwatch();
    root.remove();
  };
}
