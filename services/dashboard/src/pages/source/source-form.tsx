import { sourceApi } from "@anyone/contracts/source";
import { type FormEvent, useState } from "react";
import { useAction } from "../../client.ts";
import { Button, Choice, Field, Input } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Failure } from "../../components/state.tsx";

type Kind = "folder" | "flickr" | "laion";

const KINDS = [
  { value: "folder", label: "Folder of photographs" },
  { value: "flickr", label: "Flickr API" },
  { value: "laion", label: "Parquet of URLs" },
] as const;

/** What each kind needs at least; everything else has a default that the API documents. */
const FIELDS: Record<Kind, { name: string; label: string; placeholder: string }> = {
  folder: { name: "path", label: "Folder on the crawler's machine", placeholder: "/data/photographs" },
  flickr: { name: "text", label: "Search text", placeholder: "person portrait" },
  laion: {
    name: "files",
    label: "URLs of parquet files, separated by spaces",
    placeholder: "https://…/part-0000.parquet",
  },
};

export function SourceForm({ onDone }: { onDone: () => void }) {
  const create = useAction(sourceApi.createSource);
  const [kind, setKind] = useState<Kind>("folder");
  const [id, setId] = useState("");
  const [value, setValue] = useState("");
  const field = FIELDS[kind];

  function submit(event: FormEvent): void {
    event.preventDefault();
    const given = kind === "laion" ? value.trim().split(/\s+/) : value.trim();
    const settings = { kind, [field.name]: given } as never;
    create.mutate({ body: { id, settings, automatic: kind !== "folder" } as never }, { onSuccess: onDone });
  }

  return (
    <Panel title="Add a source">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <Choice name="connector" value={kind} of={KINDS} onChange={setKind} />
        <Field name="Name">
          <Input
            required
            value={id}
            onChange={(event) => setId(event.target.value)}
            placeholder="street-photographs"
            className="w-48"
          />
        </Field>
        <Field name={field.label}>
          <Input
            required
            value={value}
            onChange={(event) => setValue(event.target.value)}
            placeholder={field.placeholder}
            className="w-96"
          />
        </Field>
        <Button type="submit" look="strong" disabled={create.isPending}>
          Add
        </Button>
      </form>
      {create.error && (
        <div className="mt-3">
          <Failure error={create.error} />
        </div>
      )}
    </Panel>
  );
}
