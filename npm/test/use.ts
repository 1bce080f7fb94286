// Never run: the compiler checks that the types allow what is right and refuse what is wrong.
import { Cluster, type ClusterOptions, type Hop, type Outcome, type Result, type Snapshot, type Trace } from 'cluster-playground';

const options: ClusterOptions = { profile: 'kind', seed: 1, files: { 'a.yaml': 'kind: Pod\n' } };
const cluster = new Cluster(options);
const result: Result = cluster.run('kubectl get pods', { hold: true });
const traces: Trace[] = result.traces;
const trace: Trace = cluster.request({ from: 'app=web', to: 'web:80', protocol: 'tcp', timeoutMs: 1000 });
const outcome: Outcome = trace.outcome;
const hops: Hop[] = trace.hops;
const status: number | null | undefined = trace.reply?.status;
const snapshot: Snapshot = cluster.snapshot();
const kinds: string[] = snapshot.objects.map((object) => object.kind);
const now: string = cluster.now;
cluster.advance(1000);
cluster.free();
void [traces, outcome, hops, status, kinds, now];

// @ts-expect-error: a seed is a number
new Cluster({ seed: 'x' });
// @ts-expect-error: no such option
new Cluster({ sed: 1 });
// @ts-expect-error: a request needs its target
cluster.request({ from: 'workstation' });
// @ts-expect-error: no such protocol
cluster.request({ to: 'web', protocol: 'gopher' });
// @ts-expect-error: time is read only
cluster.now = '';
