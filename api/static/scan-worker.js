// Reads barcodes in pictures of the camera, beside the page: WebAssembly may run here alone, by the
// content security policy with which this file is served.
"use strict";

const FORMATS = ["QRCode", "Code128", "Code39", "EAN13"];

async function start({ reader, wasm }) {
  importScripts(reader);
  await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return { isReady: true };
}

async function read({ picture, opening }) {
  const found = await ZXingWASM.readBarcodes(picture, { formats: FORMATS, maxNumberOfSymbols: 4, tryHarder: true });
  return { texts: found.filter((one) => one.isValid).map((one) => one.text), opening };
}

// A rejection in a worker is no error of the worker: the page hears of it by a message alone.
self.onmessage = ({ data }) => {
  (data.reader ? start(data) : read(data)).then(
    (answer) => self.postMessage(answer),
    (error) => self.postMessage({ error: String(error) })
  );
};
