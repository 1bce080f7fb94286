/** What a cluster begins with. */
export interface ClusterOptions {
  /** `docker-desktop` (the default), `kind`, `cloud`, or the YAML of a profile. */
  profile?: string;
  /** What all random choices follow from: a whole number. The same seed and the same calls give the same answers. 1 by default. */
  seed?: number;
  /** Files of the workstation, by path; without it, the files of the chapter that the playground comes with, in `kiamol/`. */
  files?: Record<string, string>;
}

/** A simulated cluster on virtual time, with a workstation beside it. */
export class Cluster {
  constructor(options?: ClusterOptions);
  /** The virtual time, such as `2026-01-05T09:00:00Z`. It passes in `advance`, and while commands run: a fifth of a second each at least. */
  readonly now: string;
  /** `kubectl apply` of one or more YAML documents. */
  apply(yaml: string): Result;
  /**
   * Command lines at the workstation, in order: kubectl, curl, ping, pipes, here-documents. What has no end (a watch, a port-forward)
   * is interrupted; with `hold` the last command goes on until `run('ctrl-c')`.
   */
  run(line: string, options?: { hold?: boolean }): Result;
  /** Sends one request and says which way it went. Time stands meanwhile. Throws if it cannot be sent. */
  request(request: Request): Trace;
  /** Lets virtual time pass: controllers act, pods start, timers fire. */
  advance(milliseconds: number): void;
  /** The whole cluster as data. */
  snapshot(): Snapshot;
  /** Gives its memory back now instead of whenever the garbage is collected. Nothing may be called afterwards. */
  free(): void;
}

/** What commands came to. */
export interface Result {
  /** The status of the last command. */
  exit: number;
  stdout: string;
  stderr: string;
  /** The requests they sent, in order. */
  traces: Trace[];
}

/** A request to send. */
export interface Request {
  /** `workstation` (the default), `node/NAME`, `pod/NAME`, `pod/NAMESPACE/NAME`, or labels of a pod: `app=web,version=v2`. */
  from?: string;
  /** The namespace of a pod that `from` names or describes; `default` by default. */
  namespace?: string;
  /** A host, a host with a port, or a URL. */
  to: string;
  /** `http` by default. */
  protocol?: 'http' | 'icmp' | 'tcp' | 'udp' | 'sctp';
  /** HTTP only; `GET` by default. */
  method?: string;
  /** HTTP only. */
  headers?: Record<string, string>;
  /** HTTP only. */
  body?: string;
  /** How long the client waits, in virtual time. Its system's own patience by default. */
  timeoutMs?: number;
}

/** How a request ended. */
export type Outcome = 'answered' | 'unresolved' | 'refused' | 'timeout' | 'unreachable' | 'empty';

/** One request's way. */
export interface Trace {
  from: string;
  to: string;
  protocol: 'icmp' | 'tcp' | 'udp' | 'sctp';
  outcome: Outcome;
  reply: Reply | null;
  /** How long the client waited, in microseconds of virtual time. */
  took_us: number;
  /** What happened, in a sentence. */
  summary: string;
  /** Why, naming the object and the field; empty where there is nothing to explain. */
  why: string;
  /** A command that shows the evidence. */
  evidence: string | null;
  /** What would help. */
  hint: string | null;
  hops: Hop[];
}

/** What came back. */
export interface Reply {
  /** The address the client sees as the sender. */
  from: string;
  /** The pod that answered: `pod/default/web-1`. */
  pod: string | null;
  /** The address the server saw as the client's. */
  seen_source: string;
  ttl: number;
  /** The HTTP status. */
  status: number | null;
  /** The HTTP body; HTTP only. */
  body?: string;
}

/** One step. */
export interface Hop {
  /** `pod/default/web-1`, `kube-proxy/NODE`, `node/NODE`, `dns`, `workstation`, `load-balancer/NAME`, `internet/NAME`. */
  place: string;
  step: string;
  /** The packet as it came, as it left. */
  before: string | null;
  after: string | null;
  because: string;
  /** The object and the field that decided it. */
  object: string | null;
  field: string | null;
  /** kube-proxy's rules that did it, as the node's own tool prints them. */
  rules: string[];
  took_us: number;
  /** Requests made on behalf of this step, such as DNS questions. */
  nested: Trace[];
}

/** The whole cluster as data. */
export interface Snapshot {
  profile: string;
  seed: number;
  time: string;
  /** Every object as `kubectl get -o json` shows it. */
  objects: KubernetesObject[];
}

/** A Kubernetes object. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}
