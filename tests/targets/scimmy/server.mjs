// A SCIM server for tests: protocol, schemas, filters and PATCH are SCIMMY's; accounts live in memory.
// Usage: node server.mjs PORT TOKEN [SCHEMA.json]      base URL: http://127.0.0.1:PORT/scim

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const [port, token, schema] = process.argv.slice(2);
const { Error: Refusal, Attribute, SchemaDefinition } = SCIMMY.Types;

/** Resources of one kind, by id. No two carry the same name in whatever letters. */
class Shelf {
    #byId = new Map();

    constructor(name) {
        this.name = name;
    }

    get(id) {
        const found = this.#byId.get(id);
        if (found === undefined) throw new Refusal(404, null, `Resource ${id} not found`);
        return found;
    }

    find(filter) {
        const all = [...this.#byId.values()];
        return filter ? filter.match(all) : all;
    }

    put(id, content) {
        const created = id === undefined ? new Date().toISOString() : this.get(id).meta.created;
        const kept = JSON.parse(JSON.stringify(content));
        this.#refuseTaken(id, kept[this.name]);
        kept.id = id ?? randomUUID();
        kept.meta = { created, lastModified: new Date().toISOString() };
        this.#byId.set(kept.id, kept);
        return kept;
    }

    delete(id) {
        this.get(id);
        this.#byId.delete(id);
    }

    #refuseTaken(id, name) {
        const same = (other) => String(other[this.name]).toLowerCase() === String(name).toLowerCase();
        const owner = this.find().find((other) => other.id !== id && same(other));
        if (owner) throw new Refusal(409, "uniqueness", `${this.name} is already in use`);
    }
}

function keep(resource, shelf) {
    resource.ingress(({ id }, content) => shelf.put(id, content));
    resource.egress(({ id, filter }) => (id ? shelf.get(id) : shelf.find(filter)));
    resource.degress(({ id }) => shelf.delete(id));
}

function extension(path) {
    const { name, id, description, attributes } = JSON.parse(readFileSync(path, "utf8"));
    return new SchemaDefinition(name, id, description, attributes.map(
        ({ type, name, caseExact, description }) => new Attribute(type, name, { caseExact, description }),
    ));
}

SCIMMY.Resources.declare(SCIMMY.Resources.User).extend(SCIMMY.Schemas.EnterpriseUser, false);
if (schema) SCIMMY.Resources.User.extend(extension(schema), false);
SCIMMY.Resources.declare(SCIMMY.Resources.Group);
keep(SCIMMY.Resources.User, new Shelf("userName"));
keep(SCIMMY.Resources.Group, new Shelf("displayName"));

function authenticate(request) {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("The token is not known");
    return "client";
}

express()
    .use("/scim", new SCIMMYRouters({ type: "bearer", handler: authenticate }))
    .listen(Number(port), "127.0.0.1");
