import { pathOf } from "@anyone/contracts/client";
import { filterApi } from "@anyone/contracts/filter";
import { sourceApi } from "@anyone/contracts/source";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";

export const imageOf = (id: string) => pathOf(filterApi.getImage, { params: { id } });
export const thumbnailOf = (id: string) => pathOf(filterApi.getThumbnail, { params: { id } });
export const partsOf = (id: string) => pathOf(filterApi.getParts, { params: { id } });
export const candidateImageOf = (id: string) => pathOf(sourceApi.getCandidateImage, { params: { id } });

/** A small upright picture; a plain field where there is none to show. */
export function Picture({ src, alt, className = "" }: { src: string | null; alt: string; className?: string }) {
  const [broken, setBroken] = useState(false);
  const box = `block aspect-[1/2] w-full rounded bg-sunk object-cover ${className}`;
  if (!src || broken) return <span className={`${box} grid place-items-center text-xs text-faint`}>no picture</span>;
  return <img src={src} alt={alt} loading="lazy" decoding="async" onError={() => setBroken(true)} className={box} />;
}

/** Pictures in rows, each with a line under it. */
export function Gallery({ children }: { children: ReactNode }) {
  return <ul className="grid grid-cols-[repeat(auto-fill,minmax(92px,1fr))] gap-2.5 p-3.5">{children}</ul>;
}

export function AssetTile({ id, children }: { id: string; children?: ReactNode }) {
  return (
    <li>
      <Link to="/assets/$id" params={{ id }} className="block rounded hover:opacity-85">
        <Picture src={thumbnailOf(id)} alt={`asset ${id.slice(0, 8)}`} />
      </Link>
      <div className="mt-0.5 truncate text-xs text-dim">{children ?? id.slice(0, 8)}</div>
    </li>
  );
}
