// Runs a tfjs graph model in the original runtime and writes two of its tensors as raw bytes.
//   node tfjs_logits.mjs MODEL_DIR IMAGE.rgb HEIGHT WIDTH OUT_DIR
// IMAGE.rgb holds HEIGHT × WIDTH × 3 bytes. Called by tfjs_mobilenetv2.py beside it.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
const require = createRequire(path.join(process.cwd(), 'node_modules', 'x'));
const tf = require('@tensorflow/tfjs');

const [modelDir, imageFile, height, width, outDir] = process.argv.slice(2);
await tf.setBackend('cpu');
const {modelTopology, weightsManifest} = JSON.parse(fs.readFileSync(path.join(modelDir, 'model.json')));
const shards = weightsManifest.flatMap(g => g.paths).map(p => fs.readFileSync(path.join(modelDir, p)));
const bytes = Buffer.concat(shards);
const model = await tf.loadGraphModel({
  load: async () => ({
    modelTopology,
    weightSpecs: weightsManifest.flatMap(g => g.weights),
    weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  }),
});
const rgb = new Int32Array(fs.readFileSync(imageFile));
const image = tf.tensor4d(rgb, [1, +height, +width, 3], 'int32');
const names = ['logits/semantic/BiasAdd', 'SemanticPredictions'];
const [logits, labels] = await model.executeAsync({ImageTensor: image}, names);
fs.writeFileSync(path.join(outDir, 'logits.f32'), Buffer.from((await logits.data()).buffer));
fs.writeFileSync(path.join(outDir, 'labels.u8'), Buffer.from(Uint8Array.from(await labels.data())));
console.log(JSON.stringify({tfjs: tf.version.tfjs, logits: logits.shape, labels: labels.shape}));
