// Makes the element `old` what `fresh`, from a page that was read anew, is. Nodes that are alike stay where they are, and with them focus,
// what is typed and chosen, and the place on the page. Elements with `data-own` belong to our scripts and are passed over.
const exchange = (old, fresh) => {
  const isOwn = (node) => node.nodeType === 1 && "own" in node.dataset;
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (isOwn(old) || old.isEqualNode(fresh)) return;
  // Whatever a script put the focus on keeps it, and a list stays as open as somebody made it.
  const isKept = (name) => name === "tabindex" || (name === "open" && old.nodeName === "DETAILS");
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !isKept(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !(isKept(name) && old.nodeName === "DETAILS")) old.setAttribute(name, value);
  }
  const ids = new Set([...fresh.children].map(({ id }) => id));
  const isWanted = (node) => node.id && ids.has(node.id);
  const isExtra = (node) => isOwn(node) && !isWanted(node);
  for (const child of [...old.children]) if (child.id && !isWanted(child) && !isOwn(child)) child.remove();
  // How many nodes there are more than wanted: so many may go, so that what stands behind them stays.
  let spare = [...old.childNodes].filter((node) => !isExtra(node)).length - fresh.childNodes.length;
  const past = (node) => {
    while (node && isExtra(node)) node = node.nextSibling;
    return node;
  };
  const isLike = (node, child) => node.nodeName === child.nodeName && (node.id || "") === (child.id || "");
  const next = (child, at) => {
    for (let node = at, left = spare; node; node = past(node.nextSibling)) {
      if (isLike(node, child)) return node;
      if (isWanted(node) || left-- <= 0) return undefined;
    }
  };
  let at = past(old.firstChild);
  for (const child of fresh.childNodes) {
    const same = next(child, at);
    while (same && at !== same) {
      const gone = at;
      at = past(at.nextSibling);
      gone.remove();
      spare -= 1;
    }
    const moved = same ?? (child.id && [...old.children].find((node) => isLike(node, child)));
    if (!moved) {
      old.insertBefore(document.importNode(child, true), at);
      spare += 1;
      continue;
    }
    if (same) at = past(same.nextSibling);
    else {
      const focused = moved.contains(document.activeElement) ? document.activeElement : undefined;
      old.insertBefore(moved, at);
      focused?.focus({ preventScroll: true });
    }
    exchange(moved, child);
  }
  while (at) {
    const after = past(at.nextSibling);
    at.remove();
    at = after;
  }
};
