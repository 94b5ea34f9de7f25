export type { ActorId, Behaviour, MakeBehaviour, World } from './behaviour.ts';
