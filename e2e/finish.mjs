// The steps after trunk has put everything into its staging folder, in this order; trunk itself
// would run the hooks in parallel.

await import("./shrink.mjs");
await import("./notices.mjs");
await import("./offline.mjs");
