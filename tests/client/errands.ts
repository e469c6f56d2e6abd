// What a program of a shop's does, in the types that the API's description gives it. It must compile as strictly as can be.
import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./generated/schema.js";

type Api = Client<paths>;
type Problem = components["schemas"]["Problem"];
type Product = components["schemas"]["ProductView"];

export interface Refusal {
  status: number;
  problem: Problem | undefined;
}

/** Signs in by email and password; whatever is asked from then on is asked as that person. */
export async function signIn(origin: string, tenant: string, email: string, password: string): Promise<Api> {
  const api = createClient<paths>({ baseUrl: `${origin}/`, headers: { "X-Tenant-ID": tenant } });
  const { data } = await api.POST("/api/auth/token", { body: { grant: "password", email, password } });
  if (!data) throw new Error("the password is right");
  const authorization = `Bearer ${data.access_token}`;
  api.use({
    onRequest({ request }) {
      request.headers.set("Authorization", authorization);
      return request;
    },
  });
  return api;
}

/** The titles of all products, page by page. */
export async function titles(api: Api): Promise<string[]> {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const query = { sort: "title" as const, limit: 5, ...(after === undefined ? {} : { after }) };
    const { data, error } = await api.GET("/api/ecommerce/products", { params: { query } });
    if (!data) throw new Error(error.code);
    found.push(...data.items.map((product) => product.title));
    after = data.next ?? undefined;
  } while (after !== undefined);
  return found;
}

export async function makeProduct(api: Api, title: string, key: string): Promise<Product> {
  const { data, error } = await api.POST("/api/ecommerce/products", {
    params: { header: { "Idempotency-Key": key } },
    body: { title, variants: [{ price: { amount: 45_000, currency: "BDT" }, stock: 3 }] },
  });
  if (!data) throw new Error(error.code);
  return data;
}

export async function rename(api: Api, product: Product, title: string): Promise<Product | Refusal> {
  const { data, error, response } = await api.PATCH("/api/ecommerce/products/{id}", {
    params: { path: { id: product.id } },
    body: { version: product.version, title },
  });
  return data ?? { status: response.status, problem: error };
}

export async function sortBySmell(api: Api): Promise<Refusal> {
  const { error, response } = await api.GET("/api/ecommerce/products", {
    // @ts-expect-error: the description names the orders that there are.
    params: { query: { sort: "smell" } },
  });
  return { status: response.status, problem: error };
}

export async function discard(api: Api, product: Product): Promise<number> {
  const { response } = await api.DELETE("/api/ecommerce/products/{id}", { params: { path: { id: product.id } } });
  return response.status;
}
