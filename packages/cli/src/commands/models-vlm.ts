import { annotateApi } from "@anyone/contracts/annotate";
import { LICENCE_IDS } from "@anyone/domain/release/licence";
import { type Command, Option } from "commander";
import type { LabellerRequest } from "../models/add-labeller.ts";
import { type Output, table } from "../output.ts";
import { connect } from "../session.ts";

/** `models vlm`: large models as labellers. */
export function addVlm(models: Command, folder: () => string, output: () => Output): void {
  const vlm = models
    .command("vlm")
    .description("labellers: which there are, adding a large model, and which one answers")
    .addHelpText(
      "after",
      `
  anyone models vlm add blip --from ./instructblip-flan-t5-xl --licence research-only
  anyone models vlm add qwen --model Qwen/Qwen3-VL-4B-Instruct --licence Apache-2.0     at the server of VLM_URL
  anyone models vlm use blip-0            from now on it answers; an iteration tunes it
  anyone models vlm use embedded-3        and back again`,
    );

  vlm
    .command("add")
    .description("register a large model: copied, asked one question about a drawn picture, and only then listed")
    .argument("<name>", "lower-case letters, digits, dashes; its versions are NAME-0, NAME-1, …")
    .option("--from <folder>", "its weights (safetensors), processor and config, as published for transformers")
    .option("--model <name>", "its name at the OpenAI-compatible server of VLM_URL, or its publisher's name")
    .addOption(new Option("--licence <id>", "of its weights").choices(LICENCE_IDS).makeOptionMandatory())
    .option("--crops", "questions of head, neck and feet see a crop of these", false)
    .action(async (name: string, options: Omit<LabellerRequest, "name" | "models">) => {
      const { addLabeller } = await import("../models/add-labeller.ts");
      const added = await addLabeller(connect().client, { ...options, name, models: folder() });
      const { question, answer, confidence, truth } = added.tried;
      output().result(added, () =>
        [
          `Asked about a drawn picture: ${question} It said: ${answer} (${confidence.toFixed(2)}); true is: ${truth}.`,
          `${added.id} is registered for ${added.protocolId}, sha256 ${added.sha256}.`,
          `It answers once it is put in use: anyone models vlm use ${added.id}`,
        ].join("\n"),
      );
    });

  vlm
    .command("use")
    .description("put a version in use, a new one as one from before; an open iteration ends under its own")
    .argument("<version>", "its id in `anyone models vlm list`")
    .action(async (id: string) => {
      const used = await connect().client.call(annotateApi.useLabeller, { params: { id }, body: {} });
      output().result(used, () => `${used.id} answers from now on; the next iteration is pre-labelled by it.`);
    });

  vlm
    .command("list")
    .description("every version of the labeller, and which one answers")
    .action(async () => {
      const { items } = await connect().client.call(annotateApi.listLabellers);
      output().result(items, () =>
        table([
          ["labeller", "model", "tier", "protocol", "learned from", "answers"],
          ...items.map(({ id, model, tier, protocolId, trainedOn, current }) => [
            id,
            model,
            tier,
            protocolId,
            `${trainedOn} answers`,
            current ? "yes" : "no",
          ]),
        ]),
      );
    });
}
