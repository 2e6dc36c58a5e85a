import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = "http://127.0.0.1:7070";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: { outDir: "dist", assetsDir: "static", emptyOutDir: true, target: "es2024", chunkSizeWarningLimit: 900 },
  server: { proxy: { "/v1": api, "/docs": api, "/health": api } },
});
