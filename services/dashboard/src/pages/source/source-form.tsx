import { sourceApi } from "@anyone/contracts/source";
import { KINDS_OF_SOURCES } from "@anyone/domain/source/kinds";
import type { SourceKind } from "@anyone/domain/source/source";
import { type FormEvent, useState } from "react";
import { useAction } from "../../client.ts";
import { Button, Choice, Field, Input } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Failure } from "../../components/state.tsx";

const KINDS = (Object.keys(KINDS_OF_SOURCES) as SourceKind[]).map((value) => ({
  value,
  label: KINDS_OF_SOURCES[value].label,
}));

/** Asks for what a kind needs at least; everything else has a default that the API documents. */
export function SourceForm({ onDone }: { onDone: () => void }) {
  const create = useAction(sourceApi.createSource);
  const [kind, setKind] = useState<SourceKind>("folder");
  const [id, setId] = useState("");
  const [value, setValue] = useState("");
  const { asks, automatic, key } = KINDS_OF_SOURCES[kind];

  function submit(event: FormEvent): void {
    event.preventDefault();
    const given = asks.several ? value.trim().split(/\s+/) : value.trim();
    const settings = { kind, [asks.setting]: given } as never;
    create.mutate({ body: { id, settings, automatic } as never }, { onSuccess: onDone });
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
        <Field name={asks.label}>
          <Input
            required
            value={value}
            onChange={(event) => setValue(event.target.value)}
            placeholder={asks.example}
            className="w-96"
          />
        </Field>
        <Button type="submit" look="strong" disabled={create.isPending}>
          Add
        </Button>
      </form>
      {key && (
        <p className="mt-2 text-xs text-faint">
          The crawler reads its key from <code>{key}</code>.
        </p>
      )}
      {create.error && (
        <div className="mt-3">
          <Failure error={create.error} />
        </div>
      )}
    </Panel>
  );
}
