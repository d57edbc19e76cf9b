// The model itself as WebAssembly: a text in, its answer out. It starts when the first text is asked for.
const categories = ["P", "S", "L", "N", "M", "Mn", "Cc Cf Co"].map(
    (names) => new RegExp("[" + names.split(" ").map((name) => `\\p{${name}}`).join("") + "]", "u"));
const forPoint = {
  // One code point to one: of a capital I with a dot the plain i.
  lower: (point) => String.fromCodePoint(point).toLowerCase().codePointAt(0),
  categories: (point) => categories.reduce((bits, c, i) => bits | (c.test(String.fromCodePoint(point)) << i), 0)
};

async function inflated(base64, format) {
  const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function startModel(parts) {
  const module = await WebAssembly.compile(await inflated(parts.module, "gzip"));
  const model = await inflated(parts.model, "deflate"), parameters = await inflated(parts.parameters, "deflate");
  const memory = () => new Uint8Array(wasm.memory.buffer);
  const put = (data) => {
    const at = wasm.malloc(data.length);
    if (at === 0) throw new Error("there is no memory left");
    memory().set(data, at);
    return at;
  };
  const putText = (text) => put(new TextEncoder().encode(text + "\0"));
  const textAt = (at) => new TextDecoder("utf-8", {ignoreBOM: true}).decode(memory().subarray(at, memory().indexOf(0, at)));
  const given = {
    ...forPoint,
    normalize: (text, form) => putText(textAt(text).normalize(textAt(form))),
    emscripten_notify_memory_growth: () => {},
    sched_getaffinity: () => -1,
    environ_sizes_get: (...places) => {
      for (const place of places) new DataView(wasm.memory.buffer).setUint32(place, 0);
      return 0;
    },
    environ_get: () => 0,
  };
  const missing = (name) => () => {
    throw new Error(`${name} is not to be had in a page`);
  };
  const imports = {};
  for (const {module: from, name} of WebAssembly.Module.imports(module))
    (imports[from] ??= {})[name] = given[name] ?? missing(name);
  const wasm = (await WebAssembly.instantiate(module, imports)).exports;
  wasm._initialize();
  const browser = wasm.orochi_start(), said = (at) => {
    const answer = JSON.parse(textAt(at));
    if (answer.error) throw new Error(answer.error);
    return answer;
  };
  const at = put(parameters), text = put(new Uint8Array([...model, 0]));  // not parsed here, where numbers have 53 bits
  said(wasm.orochi_load(browser, text, at, parameters.length / 4));
  wasm.free(at);
  wasm.free(text);
  return (texts, off) => {
    const question = putText(JSON.stringify({texts, off}));
    try {
      return said(wasm.orochi_answer(browser, question));
    } finally {
      wasm.free(question);
    }
  };
}
