import { createReadStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance, FastifyReply } from "fastify";
import { catalogueEntry, type HostManner, seedOf } from "./catalogue.ts";
import type { Drawer } from "./drawer.ts";
import type { RateLimit } from "./rate-limit.ts";

export interface HostOptions {
  drawer: Drawer;
  rate: RateLimit;
  trouble: number;
  /** Whether a seed belongs to this world. */
  has(seed: number): boolean;
  /** Another host of the world, to redirect to. */
  other(): string;
}

/** The ways of saying "not for training", one for each seed: headers of the answer, or the picture's own XMP. */
const OPT_OUTS = [
  { "x-robots-tag": "noai, noimageai" },
  { "tdm-reservation": "1", "tdm-policy": "https://drawn.example/tdm-policy.json" },
  { "content-usage": "train-ai=n, search=y" },
  "inside",
] as const;

/** A JPEG whose XMP prohibits data mining (PLUS), as the first of its segments. */
function prohibited(jpeg: Uint8Array): Buffer {
  const packet = Buffer.from(
    "http://ns.adobe.com/xap/1.0/\0" +
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      '<rdf:Description rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" ' +
      'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"/></rdf:RDF></x:xmpmeta>',
  );
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(packet.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, packet, jpeg.subarray(2)]);
}

/** Where an image is found: what its host asks robots to leave alone lies under /private/. */
export function imagePath(id: string, manner: HostManner): string {
  return `${manner === "private" ? "/private" : "/photos"}/${id}_o.jpg`;
}

/** A host of images, with the manners of the web: it redirects, is slow, forgets, fails, and gives HTML the name of a JPEG. */
export function serveHost(app: FastifyInstance, options: HostOptions): void {
  app.get("/robots.txt", (_request, reply) =>
    reply.type("text/plain").send("User-agent: *\nDisallow: /private/\nDisallow: /truth/\nAllow: /\n"),
  );
  const failedOnce = new Set<number>();
  const serve = async (url: string, remote: string, reply: FastifyReply): Promise<unknown> => {
    const waitSeconds = options.rate.take(remote);
    if (waitSeconds !== undefined)
      return reply.code(429).header("retry-after", waitSeconds).type("text/plain").send("slow down");
    const seed = seedOf(url.split("?")[0] ?? "");
    if (seed === undefined || !options.has(seed)) return reply.code(404).type("text/html").send("<h1>Not found</h1>");
    const { manner } = catalogueEntry(seed, options.trouble);
    if (url.startsWith("/moved/")) return picture(seed, reply, "image/jpeg");
    switch (manner) {
      case "redirect":
        return reply.redirect(`${options.other()}${url.replace("/photos/", "/moved/")}`, 302);
      case "redirect-twice":
        if (!url.endsWith("?again")) return reply.redirect(`${url}?again`, 301);
        return reply.redirect(`${options.other()}${url.replace("/photos/", "/moved/").replace("?again", "")}`, 307);
      case "slow":
        await sleep(700);
        return picture(seed, reply, "image/jpeg");
      case "mislabelled":
        return picture(seed, reply, "binary/octet-stream");
      case "missing":
        return reply.code(404).type("text/html").send("<h1>This photo is no longer available</h1>");
      case "failing":
        return reply.code(500).type("text/plain").send("internal error");
      case "flaky":
        if (failedOnce.has(seed)) return picture(seed, reply, "image/jpeg");
        failedOnce.add(seed);
        return reply.code(503).header("retry-after", "1").type("text/plain").send("busy");
      case "html":
        return reply
          .type("image/jpeg")
          .send("<!doctype html><title>photo</title><p>Please sign in to see this photo.</p>");
      case "opted-out": {
        const way = OPT_OUTS[seed % OPT_OUTS.length] as (typeof OPT_OUTS)[number];
        if (way === "inside") return reply.type("image/jpeg").send(prohibited(await options.drawer.picture(seed)));
        return picture(seed, reply.headers(way), "image/jpeg");
      }
      default:
        return picture(seed, reply, "image/jpeg");
    }
  };
  async function picture(seed: number, reply: FastifyReply, type: string): Promise<unknown> {
    return reply.type(type).send(Buffer.from(await options.drawer.picture(seed)));
  }
  for (const path of ["/photos/:name", "/moved/:name", "/private/:name"]) {
    app.get(path, (request, reply) => serve(request.url, request.ip, reply));
  }
}

/** What is true of an image. Only simulated annotators and reports may ask; robots.txt keeps everyone else out. */
export function serveTruth(
  app: FastifyInstance,
  { drawer, has, trouble }: Pick<HostOptions, "drawer" | "has" | "trouble">,
): void {
  const seedOr404 = (id: string, reply: FastifyReply): number | undefined => {
    const seed = seedOf(id);
    if (seed !== undefined && has(seed)) return seed;
    reply.code(404).send({ error: "no image of this world" });
    return undefined;
  };
  app.get<{ Params: { id: string } }>("/truth/:id", async (request, reply) => {
    const seed = seedOr404(request.params.id, reply);
    if (seed === undefined) return reply;
    const { truth } = await drawer.truth(seed);
    return reply
      .type("application/json")
      .header("x-host-manner", catalogueEntry(seed, trouble).manner)
      .send(createReadStream(truth));
  });
  app.get<{ Params: { id: string } }>("/truth/:id/parts.png", async (request, reply) => {
    const seed = seedOr404(request.params.id, reply);
    if (seed === undefined) return reply;
    return reply.type("image/png").send(createReadStream((await drawer.truth(seed)).parts));
  });
}
