// The page: everything from the content, in the order of reading.
const content = JSON.parse(document.getElementById("content").textContent);
const heads = headsSection(content);
const answering = content.try ? [trySection(content)] : [];
const sections = [
  ...(content.baselines ? [baselinesSection(content.baselines)] : []),
  heads.element,
  ...answering,
  ablationSection(content, heads.openHead),
  errorsSection(content, heads.openSequence),
  ...(content.metrics.confusions.length ? [confusionSection(content)] : []),
  ...(content.labels.length ? [classesSection(content)] : []),
  trainingSection(content),
  ...(content.probabilities ? [probabilitiesSection(content)] : []),
  configSection(content),
];
document.getElementById("top").append(
    ...header(content),
    el("nav", {"aria-label": "Sections"},
       sections.map((part) => el("a", {href: "#" + part.id}, part.querySelector("h2").textContent))));
document.getElementById("main").append(...sections);
document.getElementById("foot").append(
    el("p", {},
       `orochi ${content.orochi}. Layers and heads are counted from 1, ` +
           "layers in the order in which a sequence passes them. This file is whole by itself: nothing is loaded from a network."));
