// Elements are made here and nowhere else. What a project says becomes text, never markup.
const make = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
};
// `like this` is shown as code, the rest as it stands.
const prose = (text) => text.split(/`([^`\n]+)`/).map((piece, at) => (at % 2 ? make("code", null, piece) : piece));
const byId = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString("en");
const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

// A <details> whose content is made when it is first opened.
const folded = (title, content, attributes) => {
  const details = make("details", attributes, make("summary", null, title));
  details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(...content()));
  return details;
};
