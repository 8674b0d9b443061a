import {
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from "ssh2";
import { utils } from "ssh2";

/** How long an agent may take to list its keys, in ms. A person is not asked for that, so it is a matter of the machine. */
const listTimeoutMs = 5000;

export interface AgentKey {
  readonly agent: BaseAgent;
  readonly key: ParsedKey;
}

/**
 * The keys that an agent holds, in its order. Kinds that ssh2 can not sign with, such as certificates and security
 * keys (`sk-…`), are left out.
 *
 * @throws Error when there is no agent behind the socket, or it does not answer
 */
export async function agentKeys(socket: string): Promise<AgentKey[]> {
  const agent = createAgent(socket);
  let timer: NodeJS.Timeout | undefined;
  const listed = new Promise<readonly unknown[]>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error("it does not answer")), listTimeoutMs);
    agent.getIdentities((error, keys) => (error ? reject(error) : resolve(keys ?? [])));
  }).finally(() => clearTimeout(timer));
  return (await listed).flatMap((listedKey) => {
    const key = utils.parseKey(listedKey as ParsedKey);
    return key instanceof Error ? [] : [{ agent: new OneKeyAgent(agent, key), key }];
  });
}

/** An agent that shows one key only: the order of attempts is ours then, across agent and files. */
class OneKeyAgent extends BaseAgent<ParsedKey> {
  constructor(
    private readonly agent: BaseAgent,
    private readonly key: ParsedKey,
  ) {
    super();
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(null, [this.key]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === "function") this.agent.sign(key, data, options);
    else this.agent.sign(key, data, options, done);
  }
}
