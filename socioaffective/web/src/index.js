import { explorer } from "./board.js";
import { html } from "./dom.js";
import { figure } from "./figure.js";
import { question } from "./question.js";
import css from "./style.css";

const KINDS = { figure, question };

let styled = false;
function style() {
  if (styled) return;
  styled = true;
  document.head.append(html("style", {}, css));
}

/** What all widgets of a page share: each is drawn by the function that its kind names. */
export default {
  initialize() {
    return {
      render(given) {
        style();
        const kind = given.model.get("spec").kind;
        return (KINDS[kind] ?? explorer)(given);
      },
    };
  },
};
