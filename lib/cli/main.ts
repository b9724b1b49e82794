#!/usr/bin/env node
import { Command, Option } from 'commander';
import { roles } from '../core/access';
import { receiptFamilies } from '../core/provenance/receipts/registry';
import { severities } from '../core/severity';
import { vantages } from '../sensor/options';
import { fail } from './fail';

// The command line. Each command's code is loaded when it runs, so that `custody tap` starts at once.
const program = new Command('custody')
  .description('The chain of custody for AI tool use')
  .version('0.1.0')
  .enablePositionalOptions()
  .showHelpAfterError('(add --help for what is possible)');

const captureWorker = new URL(
  import.meta.url.endsWith('.ts') ? '../sensor/capture-worker.ts' : './capture-worker.js',
  import.meta.url,
);

const bundleThread = new URL(
  import.meta.url.endsWith('.ts') ? './bundle-thread.ts' : './bundle-thread.js',
  import.meta.url,
);

program
  .command('tap')
  .description('watch an MCP server: wrap a stdio server, or stand before a Streamable HTTP one')
  .usage('[options] -- <command of a stdio server>\n       custody tap [options] --upstream URL')
  .argument('[command...]', 'the stdio server and its arguments, after --')
  .passThroughOptions()
  .option('--upstream <url>', 'Streamable HTTP server to stand before')
  .option('--listen <host:port>', 'where clients connect (with --upstream); port 0 takes a free one', '127.0.0.1:0')
  .addOption(new Option('--to <url>', 'send events to Custody at this address, by HTTP').env('CUSTODY_URL'))
  .addOption(new Option('--key-file <file>', 'file with an API key with events:write, for --to (env: CUSTODY_API_KEY)'))
  .addOption(new Option('--key <key>').env('CUSTODY_API_KEY').hideHelp())
  .addOption(new Option('--kafka <brokers>', 'send events to Kafka: host:port,... (TLS and SASL by KAFKA_*)'))
  .addOption(new Option('--topic <topic>', 'Kafka topic (default: KAFKA_TOPIC or mcp.audit.v1)'))
  .addOption(new Option('--actor <id>', 'who works with the server (claimed)').env('CUSTODY_ACTOR'))
  .addOption(new Option('--agent <id>', 'the agent at work (claimed)').env('CUSTODY_AGENT'))
  .addOption(new Option('--tenant <name>', 'tenant in the name of the source').env('CUSTODY_TENANT').default('default'))
  .option('--server-name <name>', 'what to call the server (default: from its command)')
  .addOption(
    new Option(
      '--vantage <side>',
      'from where it watches (default: gateway before HTTP, sidecar around stdio)',
    ).choices(vantages),
  )
  .option('--context-headers', 'write signed context headers onto requests that are passed on (with --upstream)')
  .addOption(
    new Option('--security-level <level>', 'what your policy says of this server’s content').choices([
      'public',
      'internal',
      'confidential',
      'restricted',
    ]),
  )
  .option('--instance <name>', 'name of this sensor (default: host and server)')
  .addOption(new Option('--state <folder>', 'keys and spool (default: ~/.local/state/custody)').env('CUSTODY_STATE'))
  .option('--spool <MiB>', 'room on disk while the destination is away', '256')
  .action(async (command: string[], options, self: Command) => {
    const { tap } = await import('./tap');
    await tap(command, { ...options, keyShown: self.getOptionValueSource('key') === 'cli' }, captureWorker);
  });

program
  .command('scan')
  .description('look for attacks in definitions and messages: JSON lines on standard input, or a capture')
  .argument('[file]', 'a tools/list answer, a JSON-RPC capture, or JSON lines (default: standard input)')
  .addOption(new Option('--format <format>', 'form of the answer').choices(['text', 'jsonl', 'sarif']))
  .addOption(
    new Option('--fail-on <level>', 'exit 1 when something at or over this level is found').choices(severities),
  )
  .action(async (file: string | undefined, options) => {
    const { scan } = await import('./scan');
    process.exitCode = await scan(file, options);
  });

program
  .command('verify')
  .description('check a bundle, a proof or a receipt offline: no network, no database')
  .argument('<file>', 'a bundle, a proof file or a list of them, a .tlog-proof, receipts; - for standard input')
  .option('--log-key <key...>', 'verifier key of a log, which you have from elsewhere (default: the one in the file)')
  .option(
    '--policy <file>',
    'witness policy (c2sp.org/tlog-policy) that must be met; exit 10 where only the log signed',
  )
  .option('--tsa <file>', 'certificates (PEM) of the timestamp authorities that you trust')
  .option('--proof <file...>', 'proof of the event, beside a disclosed value (custody.disclosure/1)')
  .option('--receipt-keys <file>', 'keys (JSON) that other people’s receipts may be signed with')
  .option('--receipt-root <hash...>', 'hash of a receipt, or root of a batch, which you have from elsewhere')
  .option('--json <file>', 'write the report there; - for standard output, and nothing else')
  .addHelpText(
    'after',
    '\nExit: 0 witnessed, or signed and no policy asked for; 10 signed; 15 unanchored; 20 gaps; 30 diverged; 40 invalid; 2 unusable',
  )
  .action(async (file: string, options) => {
    const { runVerify } = await import('./verify');
    process.exitCode = await runVerify(file, options, bundleThread);
  });

program
  .command('bundle')
  .description('write evidence that anyone verifies offline: alerts, a session, a query, or all of a stretch of time')
  .option('--alert <id...>', 'alerts, with their events, history and what people did')
  .option('--session <id>', 'all events of a session')
  .option('--query <query>', 'what the query finds, as on the Events screen (with --from and --to)')
  .option('--from <time>', 'RFC 3339; without a query: everything that was recorded from then on')
  .option('--to <time>', 'up to then (default: now)')
  .option('--payloads', 'with what the calls carried')
  .option('--disclose <event:pointer...>', 'open single committed values, and no others')
  .option('-o, --output <file>', 'where it goes (default: standard output)')
  .option('--html <file>', 'write a page that verifies itself, with the bundle in it')
  .action(async (options) => (await import('./bundle')).bundle(options));

program
  .command('fsck')
  .description(
    'recompute every hash, leaf, tile, root, checkpoint and signature in the database, and name what differs',
  )
  .option('--json <file>', 'write the report there')
  .action(async (options) => {
    const { runFsck } = await import('./fsck');
    process.exitCode = await runFsck(options);
  });

const key = program.command('key').description('the keys that sources sign with');
key
  .command('enroll')
  .description('let a key sign for a source')
  .option('--source <urn>', 'the source, as its sensor names it')
  .option('--receipts <family>', `in place of a source, other people's receipts: ${receiptFamilies.join(', ')}`)
  .requiredOption('--public-key <base64>', 'the 32 bytes of its Ed25519 public key; of receipts also 0x04 x y of P-256')
  .option('--kid <id>', 'id of the key (default: its RFC 7638 thumbprint, or how receipts name it)')
  .action(async (options) => (await import('./key')).enroll(options));
key
  .command('list')
  .description('the enrolled keys')
  .action(async () => (await import('./key')).list());
key
  .command('revoke')
  .description('ask that a key is taken out of force; two people must agree in the console')
  .argument('<kid>')
  .requiredOption('--reason <text>', 'kept in the audit trail')
  .option('--compromised-since <time>', 'others may have held the key from then on: 2026-01-31T12:00:00Z')
  .action(async (kid: string, options) => (await import('./key')).revoke(kid, options));
key
  .command('release')
  .description('ask that a source without a key in force may send unsigned again; two people must agree')
  .argument('<source>')
  .requiredOption('--reason <text>', 'kept in the audit trail')
  .action(async (source: string, options) => (await import('./key')).release(source, options));
key
  .command('rotate')
  .description('give a sensor of this machine a new key; both keys sign that it takes the place of the old one')
  .argument('[instance]', 'the sensor (default: the only one in the folder)')
  .addOption(
    new Option('--state <folder>', 'folder of the sensors (default: ~/.local/state/custody)').env('CUSTODY_STATE'),
  )
  .addOption(new Option('--tenant <name>').env('CUSTODY_TENANT').default('default'))
  .addOption(new Option('--to <url>', 'address of Custody').env('CUSTODY_URL').makeOptionMandatory())
  .addOption(new Option('--key-file <file>', 'file with an API key with source:enroll (default: CUSTODY_API_KEY)'))
  .addOption(new Option('--key <key>').env('CUSTODY_API_KEY').hideHelp())
  .action(async (instance: string | undefined, options, self: Command) => {
    const keyShown = self.getOptionValueSource('key') === 'cli';
    await (await import('./key-rotate')).rotate(instance, { ...options, keyShown });
  });
key
  .command('show')
  .description('the public keys of the sensors on this machine, ready to be enrolled')
  .addOption(
    new Option('--state <folder>', 'folder of the sensors (default: ~/.local/state/custody)').env('CUSTODY_STATE'),
  )
  .addOption(new Option('--tenant <name>').env('CUSTODY_TENANT').default('default'))
  .action(async (options) => (await import('./key-show')).show(options));

const logs = program.command('log').description('the logs that events and changes are kept in');
logs
  .command('key')
  .description("the logs' verifier keys, one a line, for custody verify --log-key and for other verifiers")
  .action(async () => (await import('./log')).showKeys());
logs
  .command('export')
  .description(
    'write logs as static files (c2sp.org/tlog-tiles): checkpoints, tiles, entries; what is there is not written again',
  )
  .argument('<dir>', 'each log goes into a folder of its number there')
  .option('--log <number>', 'this log alone')
  .option('--newest', 'up to the newest checkpoint, also where it does not meet the witness policy yet')
  .action(async (dir: string, options) => (await import('./log-export')).exportLogs(dir, options));
logs
  .command('check')
  .description(
    'rebuild exported logs from their entries, offline; exit 0 all fits, 10 policy not met, 40 something contradicts',
  )
  .argument('<dir>', 'what custody log export wrote, or one log of it')
  .option('--log-key <key...>', 'verifier keys that you have from elsewhere (default: those in the folder)')
  .option('--policy <file>', 'witness policy (c2sp.org/tlog-policy)')
  .option('--tsa <file>', 'certificates of timestamp authorities, PEM')
  .action(async (dir: string, options) => {
    process.exitCode = await (await import('./log-check')).checkLogs(dir, options);
  });
logs
  .command('compare')
  .description('compare a checkpoint that somebody else holds with ours; exit 0 it agrees, 30 two histories')
  .argument('<place>', 'address or file of a checkpoint; - for standard input')
  .action(async (place: string) => {
    process.exitCode = await (await import('./log-compare')).compareLog(place);
  });

const user = program.command('user').description('the people who may sign in to the console');
user
  .command('add')
  .description('add a person; the password is read from standard input, or made up and shown once')
  .argument('<email>')
  .addOption(new Option('--role <role>').choices(roles).makeOptionMandatory())
  .option('--name <name>', 'default: the address')
  .option('--oidc', 'without a password: signs in by the identity provider')
  .action(async (email: string, options) => (await import('./user')).add(email, options));
user
  .command('list')
  .description('everyone')
  .action(async () => (await import('./user')).list());
user
  .command('set-password')
  .description('set a new password, read from standard input, or made up and shown once')
  .argument('<email>')
  .action(async (email: string) => (await import('./user')).changePassword(email));
user
  .command('disable')
  .description('let a person sign in no more')
  .argument('<email>')
  .action(async (email: string) => (await import('./user')).disable(email));

program
  .command('replay')
  .description('judge dead letters again, after their cause was mended')
  .argument('[id...]', 'dead letters; without any, all that wait and fit the options')
  .option('--reason <reason>', 'only those refused for this reason')
  .action(async (ids: string[], options) => (await import('./replay')).replay(ids, options));

program
  .command('doctor')
  .description('check Postgres, migrations, Kafka, clocks, keys and disk, and say what to do')
  .action(async () => {
    const { doctor } = await import('./doctor');
    process.exitCode = await doctor();
  });

program.hook('preAction', async (_, action) => {
  // A tap's output is its client's, and the tap's own to write.
  if (action.name() === 'tap') return;
  process.stdout.on('error', endQuietly);
  if (['scan', 'verify', 'show', 'rotate', 'check'].includes(action.name())) return;
  // These work on a database, which may be the embedded installation's.
  const { loadInstallation } = await import('../platform/env');
  loadInstallation();
});

/** Whoever reads our output may have read enough, like head: then it ends, with the exit code that SIGPIPE would have given. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(141);
  fail(error);
}

program.parseAsync().catch(fail);
