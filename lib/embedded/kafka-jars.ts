import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { runKept } from './kept';

export const kafkaVersion = '4.1.0';
const neededJava = 17;

/** The user's cache folder of Custody: CUSTODY_CACHE, or the platform's usual place. */
export function cacheDir(): string {
  if (process.env.CUSTODY_CACHE) return resolve(process.env.CUSTODY_CACHE);
  const home = homedir();
  if (platform() === 'darwin') return join(home, 'Library/Caches/custody');
  if (platform() === 'win32') return join(process.env.LOCALAPPDATA ?? home, 'custody');
  return join(process.env.XDG_CACHE_HOME ?? join(home, '.cache'), 'custody');
}

/**
 * Why Kafka cannot be had here, in one line, or null when it can: then its jars are in the cache.
 * Throws where `signal` broke their fetching off.
 */
export async function kafkaMissing(signal?: AbortSignal): Promise<string | null> {
  const java = spawnSync(javaCommand(), ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0);
  if (java.error || java.status !== 0) return `Java ${neededJava} or newer is not installed`;
  if (version < neededJava) return `Java ${neededJava} or newer is needed, this is ${version}`;
  if (existsSync(jarsDir())) return null;
  const maven = spawnSync('mvn', ['--version'], { encoding: 'utf8' });
  if (maven.error || maven.status !== 0) return 'Maven (mvn), which fetches it once, is not installed';
  try {
    await kafkaJars(signal);
    return null;
  } catch (error) {
    if (signal?.aborted) throw error;
    return (error as Error).message;
  }
}

/** Folder of Kafka's jars; fetched from Maven Central into the cache at the first call (54 MB). */
export async function kafkaJars(signal?: AbortSignal): Promise<string> {
  const jars = jarsDir();
  if (existsSync(jars)) return jars;
  const work = `${jars}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'pom.xml'), pom);
  const output = join(work, 'jars');
  const args = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${output}`, '-DincludeScope=runtime'];
  try {
    const logFile = join(work, 'maven.log');
    const how = await runKept({ command: 'mvn', args, cwd: work, logFile }, signal);
    if (how !== 'exit code 0') {
      const reason = /\[ERROR\] (.+)/.exec(readFileSync(logFile, 'utf8'))?.[1] ?? how;
      throw new Error(`Maven could not fetch it: ${reason}`);
    }
    // Another process may have been faster: its copy is as good.
    if (!existsSync(jars)) renameSync(output, jars);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return jars;
}

export function javaCommand(): string {
  const home = process.env.JAVA_HOME;
  return home && existsSync(join(home, 'bin/java')) ? join(home, 'bin/java') : 'java';
}

const jarsDir = () => join(cacheDir(), `kafka-${kafkaVersion}`);

// Kafka logs through slf4j; without the last entry its errors would be lost.
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>custody</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.24.3</version></dependency>
  </dependencies>
</project>
`;
