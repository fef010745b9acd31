import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Keys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** Runs lines of Python with a client `s3` of these keys, and `attempt(call)`: "ok", or the code of the refusal. */
export async function withBoto3(endpoint: string, keys: Keys, script: string): Promise<string> {
  const session = keys.sessionToken === undefined ? '' : `, aws_session_token="${keys.sessionToken}"`
  const program = `
import boto3
from botocore.exceptions import ClientError
s3 = boto3.client("s3", endpoint_url="${endpoint}", region_name="auto",
                  aws_access_key_id="${keys.accessKeyId}", aws_secret_access_key="${keys.secretAccessKey}"${session})
def attempt(call):
    try:
        call()
        return "ok"
    except ClientError as error:
        return error.response["Error"]["Code"]
${script}
`
  const environment = { PATH: process.env.PATH, HOME: '/nonexistent' }
  const { stdout } = await run('/usr/bin/python3', ['-c', program], { env: environment })
  return stdout.trim()
}
