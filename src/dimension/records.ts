/** What agents write for themselves, who they are, and what a session begins with. */
import * as define from '../personas/define.js';
import * as personas from '../personas/personas.js';
import type { DiaryEntry } from '../records/record.js';
import * as records from '../records/records.js';
import type { Session } from '../session.js';
import { SIDE_FILES } from '../side-files/registry.js';
import { refreshSideFiles, takeInSideFiles, writeSideFiles } from '../side-files/side-file.js';
import {
  wakeUpAgent,
  type AgentWakeUp,
  type AgentWakeUpOptions,
} from '../wake-up/agent-wake-up.js';
import { readIdentity, setIdentity } from '../wake-up/identity-file.js';
import { MemoryStack } from '../wake-up/memory-stack.js';
import { personaFile } from '../personas/persona-file.js';
import type { WakeUp, WakeUpOptions } from '../wake-up/wake-up.js';
import { Palace } from './palace.js';

export class Records extends Palace {
  /** The layers of memory: an agent's own, and those that a session is woken up with. */
  readonly memory = new MemoryStack({
    session: () => this.session(),
    searcher: () => this.opened().searcher,
    codebook: async () => this.opened().dialect.codebook(),
  });

  /** As of every part; and takes in what people wrote into the files beside the log. */
  override async init(): Promise<boolean> {
    const created = await super.init();
    await takeInSideFiles(this.session(), SIDE_FILES);
    return created;
  }

  /**
   * Files a diary entry, as a memory that can be searched.
   *
   * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE, BUSY, DISK_FULL
   */
  async diaryWrite(
    agent: string,
    entry: string,
    options: records.RecordOptions = {},
  ): Promise<records.RecordWritten> {
    return records.recordWrite(this.session(), { agent, entry }, options);
  }

  /** As {@link diaryWrite}. */
  async recordWrite(
    agent: string,
    entry: string,
    options: records.RecordOptions = {},
  ): Promise<records.RecordWritten> {
    return this.diaryWrite(agent, entry, options);
  }

  /** An agent's entries, newest first; of every realm unless one is named. */
  async diaryRead(agent: string, options: records.DiaryOptions = {}): Promise<DiaryEntry[]> {
    return (await this.pageDiary(agent, options)).entries;
  }

  /** As {@link diaryRead}. */
  async recordRead(agent: string, options: records.DiaryOptions = {}): Promise<DiaryEntry[]> {
    return this.diaryRead(agent, options);
  }

  /** As {@link diaryRead}, with the total number. */
  async pageDiary(agent: string, options: records.DiaryOptions = {}): Promise<records.DiaryPage> {
    return records.recordRead(this.session(), agent, options);
  }

  /** The names of all who wrote a record or layer entry, sorted. */
  async listAgents(): Promise<string[]> {
    return (await this.describeAgents()).map(({ name }) => name);
  }

  /** As {@link listAgents}, with how much each wrote, when and where. */
  async describeAgents(): Promise<records.AgentSummary[]> {
    return records.listAgents(this.session());
  }

  /** What a session begins with: who the user is, and what matters most. */
  async wakeUp(options: WakeUpOptions = {}): Promise<WakeUp> {
    return this.memory.wakeUp(options);
  }

  /** What an agent begins a session with. @throws {AltError} NOT_FOUND */
  async wakeUpAgent(agent: string, options: AgentWakeUpOptions = {}): Promise<AgentWakeUp> {
    return wakeUpAgent(this.session(), agent, options);
  }

  /** Who the user is; '' when nobody said. */
  async getIdentity(): Promise<string> {
    return readIdentity(this.session());
  }

  /** Says who the user is. @throws {AltError} INVALID_ARGUMENT, TOO_LARGE */
  async setIdentity(text: string): Promise<void> {
    await setIdentity(this.session(), text);
  }

  /** Makes a persona, which is not activated. @throws {AltError} ALREADY_EXISTS */
  async createPersona(
    name: string,
    options: define.PersonaOptions = {},
  ): Promise<personas.Persona> {
    return this.#persona((session) => define.createPersona(session, name, options));
  }

  /** Makes or changes a persona, and activates it. What is not given stays as it is. */
  async setPersona(name: string, options: define.PersonaOptions = {}): Promise<define.PersonaSet> {
    return this.#persona((session) => define.setPersona(session, name, options));
  }

  /** As {@link setPersona}. */
  async switchPersona(
    name: string,
    options: define.PersonaOptions = {},
  ): Promise<define.PersonaSet> {
    return this.setPersona(name, options);
  }

  /** The active persona; `{ name: '' }` when none is. */
  async getPersona(): Promise<personas.Persona | personas.NoPersona> {
    return personas.getPersona(this.session());
  }

  /** In the order in which they were made. */
  async listPersonas(): Promise<personas.Persona[]> {
    return personas.listPersonas(this.session());
  }

  /** The system prompt of a persona, of the active one when none is named; '' for none. */
  async getPersonaCharacter(name?: string): Promise<string> {
    return (await this.findCharacter(name)).system_prompt;
  }

  /** As {@link getPersonaCharacter}, telling whether there is such a persona. */
  async findCharacter(name?: string): Promise<personas.Character> {
    return personas.getCharacter(this.session(), name);
  }

  /** Takes a persona away; its memories stay. @returns whether there was one. */
  async deletePersona(name: string): Promise<boolean> {
    return (await this.removePersona(name)).deleted;
  }

  /** As {@link deletePersona}, telling whether it was active and where its memories are. */
  async removePersona(name: string): Promise<define.PersonaGone> {
    return this.#persona((session) => define.deletePersona(session, name));
  }

  async #persona<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const session = this.session();
    const result = await work(session);
    await refreshSideFiles(session, [personaFile]);
    return result;
  }

  /** As {@link writeSideFiles}; what cannot be written is a warning. */
  protected async refreshSideFiles(): Promise<void> {
    await refreshSideFiles(this.session(), SIDE_FILES);
  }

  /** Writes every readable copy that lags behind the log. @returns the paths that were written. */
  async writeSideFiles(): Promise<string[]> {
    return writeSideFiles(this.session(), SIDE_FILES);
  }
}
