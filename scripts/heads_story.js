// The story of the heads (scripts/make_heads_story): each station is a model to type into, by the report's scripts.
const story = JSON.parse(document.getElementById("content").textContent);
for (const [name, station] of Object.entries(story.stations)) {
  const content = {...station, try: {...station.try, module: story.module}};
  const parts = tryParts(content, {home: name, watched: station.watched});
  document.getElementById(name).append(...parts.elements);
  for (const place of document.querySelectorAll(`[data-accuracy="${name}"]`))
    place.textContent = `${fixed(100 * station.accuracy, 1)}\u00a0%`;
  parts.ask();
}
