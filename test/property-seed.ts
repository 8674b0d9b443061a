import fc from "fast-check";

// Properties are asked the same questions in every run, so that a change is what breaks them. PROPERTY_SEED asks others.
fc.configureGlobal({ seed: Number(process.env["PROPERTY_SEED"] ?? 1) });
