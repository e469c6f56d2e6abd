// What the pages do beyond plain HTML. Each part is a comfort: all works without it.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Pages are shared by all visitors, so the number in the cart comes on its own.
async function fillCartBadge() {
  const badges = all("[data-cart-count]");
  if (!badges.length) return;
  const answer = await fetch("/cart/summary", { headers: { accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) return;
  const { count } = await answer.json();
  for (const badge of badges) {
    badge.hidden = !(count > 0);
    badge.textContent = count > 99 ? "99+" : String(count);
    const words = document.createElement("span");
    words.className = "vh";
    words.textContent = count === 1 ? " item" : " items";
    badge.append(words);
  }
}

// Minus and plus around a number field.
function addSteppers() {
  for (const input of all("[data-stepper]")) {
    const name = input.labels?.[0]?.textContent ?? "Quantity";
    const button = (by, sign, word) => {
      const step = document.createElement("button");
      step.type = "button";
      step.className = "step";
      step.textContent = sign;
      step.setAttribute("aria-label", `${word}: ${name}`);
      step.addEventListener("click", () => {
        const before = input.value;
        if (by > 0) input.stepUp();
        else input.stepDown();
        if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
      });
      return step;
    };
    input.before(button(-1, "−", "Fewer"));
    input.after(button(1, "+", "More"));
    input.parentElement.classList.add("stepped");
  }
}

// A changed quantity in the cart is sent when the hand has come to rest, and at the latest before the checkout.
function sendChangedQuantities() {
  const unsent = new Map();
  for (const form of all("form[data-autosubmit]")) {
    for (const update of all("[data-update]", form)) update.hidden = true;
    form.addEventListener("change", () => {
      clearTimeout(unsent.get(form));
      unsent.set(form, setTimeout(() => form.requestSubmit(), 600));
    });
  }
  const send = ([form, timer]) => {
    clearTimeout(timer);
    return fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  };
  for (const link of all("a[data-after-quantities]")) {
    link.addEventListener("click", async (event) => {
      if (!unsent.size) return;
      event.preventDefault();
      await Promise.allSettled([...unsent].map(send));
      location.assign(link.href);
    });
  }
}

// Price and stock follow the chosen variant.
function followVariant() {
  const price = document.querySelector("[data-price-line]");
  const stock = document.querySelector("[data-stock]");
  const show = (choice) => {
    const { price: now, compare, left } = choice.dataset;
    const amount = document.createElement("span");
    amount.className = "now";
    amount.textContent = now;
    price?.replaceChildren(amount);
    if (compare) {
      const before = document.createElement("s");
      before.textContent = compare;
      const words = document.createElement("span");
      words.className = "vh";
      words.textContent = ", before ";
      price?.append(" ", words, before);
    }
    if (stock) {
      stock.textContent = left ? `Only ${left} left` : "In stock";
      stock.classList.toggle("stock-low", Boolean(left));
    }
  };
  for (const choice of all("input[type=radio][name=variant]")) {
    if (choice.checked) show(choice);
    choice.addEventListener("change", () => show(choice));
  }
}

// A thumbnail moves the strip sideways only; the page stays where it is.
function followPictures() {
  const strip = document.querySelector(".gallery-strip");
  if (!strip) return;
  const thumbs = all("a[data-picture]");
  thumbs.forEach((thumb, at) => {
    thumb.addEventListener("click", (event) => {
      event.preventDefault();
      strip.scrollTo({ left: at * strip.clientWidth });
    });
  });
  const mark = () => {
    const at = Math.round(strip.scrollLeft / Math.max(strip.clientWidth, 1));
    thumbs.forEach((thumb, i) => (i === at ? thumb.setAttribute("aria-current", "true") : thumb.removeAttribute("aria-current")));
  };
  strip.addEventListener("scroll", mark, { passive: true });
  mark();
}

// An order is sent once, however often the button is pressed.
function sendOnce() {
  for (const form of all("form[data-once]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
      for (const button of all("button[type=submit]", form)) button.setAttribute("aria-disabled", "true");
    });
    window.addEventListener("pageshow", () => {
      sent = false;
      for (const button of all("button[type=submit]", form)) button.removeAttribute("aria-disabled");
    });
  }
}

function offerPrinting() {
  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

addSteppers();
sendChangedQuantities();
followVariant();
followPictures();
sendOnce();
offerPrinting();
document.querySelector("[data-focus]")?.focus();
fillCartBadge().catch(() => {});
