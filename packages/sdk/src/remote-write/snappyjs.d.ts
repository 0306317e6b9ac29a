/** The compressor alone: the package's entry point brings the decompressor too, a kilobyte of a Worker's bundle. */
declare module "snappyjs/snappy_compressor.js" {
  export class SnappyCompressor {
    constructor(uncompressed: Uint8Array);
    maxCompressedLength(): number;
    compressToBuffer(output: Uint8Array): number;
  }
}
