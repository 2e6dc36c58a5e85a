import { optOut, type Stance } from "@anyone/domain/source/consent";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jpegWith, manifestStore, PROHIBITED, pngWith, superbox, webpWith, xmpPacket } from "./pictures.fixture.ts";
import { readPicture } from "./read-picture.ts";

const packet = xmpPacket(PROHIBITED);
const mining = (entries: Record<string, string>, family = "c2pa") =>
  manifestStore({
    [`${family}.training-mining`]: {
      entries: Object.fromEntries(Object.entries(entries).map(([name, use]) => [`${family}.${name}`, { use }])),
    },
  });
const store = mining({ data_mining: "allowed", ai_training: "notAllowed" });
const GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

describe("what a picture says of itself", () => {
  it.each([
    ["a JPEG", jpegWith({ xmp: packet, jumbf: store })],
    ["a JPEG whose C2PA is cut into many segments", jpegWith({ xmp: packet, jumbf: store }, 40)],
    ["a PNG", pngWith({ xmp: packet, jumbf: store })],
    ["a PNG with compressed text", pngWith({ xmp: packet, jumbf: store }, true)],
    ["a WebP", webpWith({ xmp: packet, jumbf: store })],
  ])("is found in %s", (_name, bytes) => {
    expect(readPicture(bytes)).toEqual([
      {
        signal: "iptc-data-mining",
        stance: "reserves",
        value: "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING",
        place: "xmp",
      },
      {
        signal: "c2pa-training-mining",
        stance: "reserves",
        value: "c2pa.ai_training: notAllowed, c2pa.data_mining: allowed",
        place: "c2pa",
      },
    ]);
  });

  it("is nothing in a picture without metadata, and in what is none", () => {
    for (const bytes of [jpegWith({}), pngWith({}), webpWith({}), Buffer.from("<html>"), Buffer.alloc(0)])
      expect(readPicture(bytes)).toEqual([]);
  });

  it.each([
    ["an attribute", xmpPacket('plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"')],
    ["an element's text", xmpPacket("", "<plus:DataMining> DMI-PROHIBITED-AIMLTRAINING </plus:DataMining>")],
    ["a resource", xmpPacket("", '<plus:DataMining rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"/>')],
    ["another prefix", xmpPacket('xmlns:p="http://ns.useplus.org/ldf/xmp/1.0/" p:DataMining="DMI-PROHIBITED"')],
  ])("is read from XMP that writes it as %s", (_name, xmp) => {
    expect(optOut(readPicture(jpegWith({ xmp })))?.signal).toBe("iptc-data-mining");
  });

  it.each([
    ["DMI-ALLOWED", "allows"],
    ["DMI-UNSPECIFIED", "silent"],
    ["DMI-PROHIBITED-SEECONSTRAINT", "reserves"],
    ["DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", "reserves"],
  ])("%s %s", (value, stance) => {
    expect(readPicture(jpegWith({ xmp: xmpPacket(`plus:DataMining="${value}"`) }))).toMatchObject([{ stance }]);
  });

  it("is read up to where XMP breaks off, and a name in another namespace is another name", () => {
    expect(optOut(readPicture(jpegWith({ xmp: packet.slice(0, -50) })))).toBeDefined();
    expect(readPicture(jpegWith({ xmp: '<a xmlns:plus="urn:x" plus:DataMining="DMI-PROHIBITED"/>' }))).toEqual([]);
  });

  it("counts every use that C2PA and CAWG name: one that is not freely allowed reserves", () => {
    const stance = (jumbf: Buffer) => readPicture(pngWith({ jumbf }))[0]?.stance;
    expect(stance(mining({ ai_training: "allowed", data_mining: "allowed" }))).toBe("allows");
    expect(stance(mining({ ai_generative_training: "constrained" }))).toBe("reserves");
    expect(stance(mining({ ai_inference: "notAllowed" }, "cawg"))).toBe("reserves");
    expect(stance(mining({}))).toBe("silent");
    expect(stance(manifestStore({ "c2pa.training-mining": "no map" }))).toBeUndefined();
  });

  it("tells that a model made it, by XMP and by C2PA, and keeps nothing out for that", () => {
    const created = manifestStore({
      "c2pa.actions.v2": { actions: [{ action: "c2pa.created", digitalSourceType: GENERATED }] },
    });
    for (const inside of [{ jumbf: created }, { xmp: xmpPacket(`Iptc4xmpExt:DigitalSourceType="${GENERATED}"`) }]) {
      const said = readPicture(webpWith(inside));
      expect(said).toMatchObject([{ signal: "digital-source-type", stance: "generated", value: GENERATED }]);
      expect(optOut(said)).toBeUndefined();
    }
  });

  it.each<[string, Stance]>([
    ["compositeWithTrainedAlgorithmicMedia", "generated"],
    ["compositeSynthetic", "generated"],
    ["algorithmicMedia", "generated"],
    ["digitalCapture", "silent"],
    ["negativeFilm", "silent"],
    ["algorithmicallyEnhanced", "silent"],
    ["notTrainedAlgorithmicMedia", "silent"],
  ])("of the source type %s is that it is %s", (type, stance) => {
    const value = `http://cv.iptc.org/newscodes/digitalsourcetype/${type}`;
    const inside = xmpPacket(`Iptc4xmpExt:DigitalSourceType="${value}"`);
    expect(readPicture(jpegWith({ xmp: inside }))).toMatchObject([{ stance, value }]);
  });
});

describe("hostile metadata", () => {
  it("never throws, whatever bytes follow an image's first ones", () => {
    const heads = [
      [0xff, 0xd8, 0xff],
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
      [...Buffer.from("RIFF\0\0\0\0WEBP")],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 600 }), (head, tail) => {
        readPicture(Uint8Array.from([...head, ...tail]));
      }),
      { numRuns: 2_000 },
    );
  });

  it("never throws for a mutant, says nothing PostgreSQL could not store, and says little", () => {
    const whole = [
      jpegWith({ xmp: packet, jumbf: store }, 90),
      pngWith({ xmp: packet, jumbf: store }, true),
      webpWith({ xmp: packet, jumbf: store }),
    ];
    const change = fc.record({ place: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(change, { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        (bytes, changes, share) => {
          const mutant = Buffer.from(bytes.subarray(0, Math.ceil(bytes.length * share)));
          for (const { place, byte } of changes) mutant[Math.floor(place * (mutant.length - 1))] = byte;
          for (const { value } of readPicture(mutant)) {
            expect(value.length).toBeLessThanOrEqual(300);
            expect(value).not.toContain("\0");
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is not unfolded without end: entities, depth of elements and boxes, boxes of no length, compressed bombs", () => {
    const entities = `<!DOCTYPE a [<!ENTITY b "DMI-PROHIBITED"><!ENTITY c "&b;&b;">]>${xmpPacket("", "<plus:DataMining>&c;</plus:DataMining>")}`;
    expect(readPicture(jpegWith({ xmp: entities }))).toEqual([]);
    expect(readPicture(pngWith({ xmp: "<a>".repeat(100_000) }))).toEqual([]);
    let nested: Buffer = store;
    for (let depth = 0; depth < 40; depth++) nested = superbox("x", nested);
    expect(readPicture(pngWith({ jumbf: nested }))).toEqual([]);
    expect(readPicture(pngWith({ jumbf: Buffer.alloc(100_000) }))).toEqual([]);
    expect(readPicture(pngWith({ xmp: " ".repeat(8 * 1024 * 1024) + packet }, true))).toEqual([]);
  });

  it("cannot push a reservation out with a crowd of other signals", () => {
    const crowd = Array.from({ length: 200 }, (_, i) => `<plus:DataMining>DMI-ALLOWED ${i}</plus:DataMining>`).join("");
    const said = readPicture(
      webpWith({ xmp: xmpPacket("", `${crowd}<plus:DataMining>DMI-PROHIBITED</plus:DataMining>`) }),
    );
    expect(said).toHaveLength(20);
    expect(optOut(said)?.value).toBe("DMI-PROHIBITED");
  });
});
