import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const START_MS_MAX = 30_000

export const ADMIN_EMAIL = 'admin@localhost'
export const PASSWORD = 'correct horse battery staple'

interface Bootstrap {
  account_id: string
  api_token: string
  access_key_id: string
  secret_access_key: string
  s3_endpoint: string
  jurisdiction_endpoints: Record<string, string>
  api_endpoint: string
}

function program(): string {
  const path = process.env.COFFER_PROGRAM
  if (!path) throw new Error('COFFER_PROGRAM must name the program')
  return path
}

/** The environment without anything that a server or a client would read. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(COFFER|AWS)_/.test(name)))
}

/** A server of its own, with its data in a folder of its own; ports are free ones, and stay the same when it restarts. */
export class Server {
  private process?: ChildProcess
  private log = ''
  private addresses: string[] = []
  readonly folder = mkdtempSync(join(tmpdir(), 'coffer-e2e-'))
  bootstrap!: Bootstrap

  private constructor(private readonly settings: string[]) {}

  static async start(settings: string[] = []): Promise<Server> {
    const server = new Server(settings)
    await server.up()
    return server
  }

  /** "http://127.0.0.1:9001" */
  get url(): string {
    return this.bootstrap.api_endpoint.replace('/client/v4', '')
  }
  get accountId(): string {
    return this.bootstrap.account_id
  }
  private get data(): string {
    return join(this.folder, 'data')
  }

  async up(): Promise<void> {
    const file = join(this.folder, 'bootstrap.json')
    const listen = this.addresses.length
      ? this.addresses
      : ['--listen-s3', '127.0.0.1:0', '--listen-api', '127.0.0.1:0']
    const arguments_ = ['serve', '--data', this.data, '--bootstrap-file', file, '--access-log', 'off', ...listen]
    const started = spawn(program(), [...arguments_, ...this.settings], {
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process = started
    this.log = ''
    let ready: () => void = () => undefined
    const announced = new Promise<void>((resolve) => (ready = resolve))
    const read = (bytes: Buffer) => {
      this.log += bytes.toString()
      if (this.log.includes('Coffer is ready')) ready()
    }
    started.stdout?.on('data', read)
    started.stderr?.on('data', read)
    const ended = new Promise<never>((_, reject) =>
      started.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${this.log}`))),
    )
    ended.catch(() => undefined)
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error(`the server does not start:\n${this.log}`)), START_MS_MAX).unref(),
    )
    late.catch(() => undefined)
    await Promise.race([announced, ended, late])
    this.bootstrap = JSON.parse(readFileSync(file, 'utf8')) as Bootstrap
    const at = (url: string) => new URL(url).host
    this.addresses = ['--listen-s3', at(this.bootstrap.s3_endpoint), '--listen-api', at(this.bootstrap.api_endpoint)]
    for (const [jurisdiction, url] of Object.entries(this.bootstrap.jurisdiction_endpoints)) {
      this.addresses.push(`--listen-s3-${jurisdiction}`, at(url))
    }
  }

  async down(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const running = this.process
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
    running.kill(signal)
    await ended
  }

  async close(): Promise<void> {
    await this.down('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** The result of an operator's command. */
  async command<T = Record<string, string>>(...words: string[]): Promise<T> {
    const [family = '', verb = '', ...rest] = words
    const { stdout } = await run(program(), [family, verb, '--data', this.data, '--json', ...rest], {
      env: cleanEnvironment(),
    })
    return JSON.parse(stdout) as T
  }

  async setupLink(email = ADMIN_EMAIL): Promise<string> {
    const { link } = await this.command('user', 'setup-link', '--email', email)
    if (!link) throw new Error('the command gave no link')
    return link.startsWith('/') ? this.url + link : link
  }

  /** Below /client/v4, with the bootstrap token (or another one). */
  async api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const bytes = body === undefined || typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(this.bootstrap.api_endpoint + path, {
      method,
      headers: { Authorization: `Bearer ${this.bootstrap.api_token}`, ...headers },
      body: bytes ? (body as BodyInit | undefined) : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
  /** Below the account. */
  account(path: string): string {
    return `/accounts/${this.accountId}${path}`
  }
  async createBucket(name: string, jurisdiction = 'default'): Promise<void> {
    await this.api('POST', this.account('/r2/buckets'), { name }, { 'cf-r2-jurisdiction': jurisdiction })
  }
  async putObject(bucket: string, key: string, body: string | Uint8Array, type = 'text/plain'): Promise<void> {
    const path = this.account(`/r2/buckets/${bucket}/objects/${encodeURIComponent(key)}`)
    await this.api('PUT', path, body, { 'Content-Type': type })
  }

  /** Makes a member of the account who has a password. */
  async createMember(email: string, ...roles: string[]): Promise<void> {
    await this.command('member', 'add', '--email', email, ...roles.flatMap((role) => ['--role', role]))
    await this.setPassword(email)
  }
  async setPassword(email = ADMIN_EMAIL, password = PASSWORD): Promise<void> {
    const token = new URL(await this.setupLink(email)).hash.slice(1)
    const response = await fetch(`${this.bootstrap.api_endpoint}/session/setup/password`, {
      method: 'POST',
      headers: { Origin: this.url },
      body: JSON.stringify({ token, password }),
    })
    if (!response.ok) throw new Error(`the password of ${email} was not set: ${await response.text()}`)
  }
}
