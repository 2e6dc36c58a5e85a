import { systemApi } from "@anyone/contracts/system";
import { type FormEvent, useState } from "react";
import { useAction, useApi } from "../../client.ts";
import { Badge } from "../../components/badge.tsx";
import { Button, Field, Input, Select } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Failure, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { ago } from "../../format.ts";

type Role = "annotator" | "operator" | "admin";

/** Keys of people and programs; a new one is shown once, here. */
export function Keys() {
  const keys = useApi(systemApi.listKeys);
  const create = useAction(systemApi.createKey);
  const revoke = useAction(systemApi.revokeKey);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("annotator");

  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate({ body: { name, role } }, { onSuccess: () => setName("") });
  }

  return (
    <Panel title="Keys" note="a name signs the answers given with its key" flush>
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3 border-b border-line px-3.5 py-2.5">
        <Field name="Name">
          <Input
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="Ada"
            className="w-44"
          />
        </Field>
        <Field name="Role">
          <Select value={role} onChange={(event) => setRole(event.target.value as Role)}>
            <option value="annotator">annotator</option>
            <option value="operator">operator</option>
            <option value="admin">admin</option>
          </Select>
        </Field>
        <Button type="submit" disabled={create.isPending}>
          Make a key
        </Button>
        {create.data && (
          <p className="rounded-md bg-good-soft px-2.5 py-1.5">
            Key of {create.data.name}, shown this once:{" "}
            <code className="font-semibold select-all">{create.data.key}</code>
          </p>
        )}
      </form>
      <Failure error={create.error ?? revoke.error} />
      <Loaded of={keys}>
        <Table
          label="keys"
          rows={keys.data?.items ?? []}
          rowKey={(key) => key.id}
          columns={[
            { head: "name", cell: (key) => <span className="font-medium">{key.name}</span> },
            { head: "role", cell: (key) => key.role },
            { head: "made", cell: (key) => ago(key.createdAt) },
            { head: "last used", cell: (key) => ago(key.usedAt) },
            {
              head: "",
              right: true,
              cell: (key) =>
                key.revokedAt ? (
                  <Badge>revoked {ago(key.revokedAt)}</Badge>
                ) : (
                  <Button
                    look="danger"
                    onClick={() => revoke.mutate({ params: { id: key.id } })}
                    disabled={revoke.isPending}
                  >
                    Revoke
                  </Button>
                ),
            },
          ]}
        />
      </Loaded>
    </Panel>
  );
}
