import { benchSensor } from './sensor';

console.log(JSON.stringify(await benchSensor(Number(process.argv[2] ?? 1500), console.error)));
process.exit(0);
