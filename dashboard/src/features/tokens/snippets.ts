export interface SnippetValues {
  accountId: string
  tokenValue: string
  accessKeyId: string
  secretAccessKey: string
  endpoint: string
  bucket: string
  /** Of the management API, with /client/v4. */
  api: string
}

export interface Snippet {
  id: string
  label: string
  /** What to have first, or where the text goes. */
  hint: string
  code: string
}

/**
 * The same few lines for each client, ready to be pasted. Values are ids, keys, names of buckets and addresses of this
 * server: none has a quote in it.
 */
export function snippets(values: SnippetValues): Snippet[] {
  return [awsCli(values), boto3(values), javascript(values), go(values), rclone(values), wrangler(values)]
}

function awsCli({ accessKeyId, secretAccessKey, endpoint, bucket }: SnippetValues): Snippet {
  return {
    id: 'aws-cli',
    label: 'AWS CLI',
    hint: 'In a shell.',
    code: `export AWS_ACCESS_KEY_ID=${accessKeyId}
export AWS_SECRET_ACCESS_KEY=${secretAccessKey}
export AWS_DEFAULT_REGION=auto
export AWS_ENDPOINT_URL=${endpoint}

aws s3 cp ./hello.txt s3://${bucket}/hello.txt
aws s3 ls s3://${bucket}/`,
  }
}

function boto3({ accessKeyId, secretAccessKey, endpoint, bucket }: SnippetValues): Snippet {
  return {
    id: 'boto3',
    label: 'boto3',
    hint: 'pip install boto3',
    code: `import boto3

s3 = boto3.client(
    "s3",
    endpoint_url="${endpoint}",
    region_name="auto",
    aws_access_key_id="${accessKeyId}",
    aws_secret_access_key="${secretAccessKey}",
)

s3.put_object(Bucket="${bucket}", Key="hello.txt", Body=b"Hello")
print(s3.get_object(Bucket="${bucket}", Key="hello.txt")["Body"].read())`,
  }
}

function javascript({ accessKeyId, secretAccessKey, endpoint, bucket }: SnippetValues): Snippet {
  return {
    id: 'javascript',
    label: 'JavaScript',
    hint: 'npm install @aws-sdk/client-s3',
    code: `import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const s3 = new S3Client({
  region: "auto",
  endpoint: "${endpoint}",
  // The endpoint has no names of buckets in its host.
  forcePathStyle: true,
  credentials: {
    accessKeyId: "${accessKeyId}",
    secretAccessKey: "${secretAccessKey}",
  },
});

await s3.send(new PutObjectCommand({ Bucket: "${bucket}", Key: "hello.txt", Body: "Hello" }));
const { Body } = await s3.send(new GetObjectCommand({ Bucket: "${bucket}", Key: "hello.txt" }));
console.log(await Body.transformToString());`,
  }
}

function go({ accessKeyId, secretAccessKey, endpoint, bucket }: SnippetValues): Snippet {
  return {
    id: 'go',
    label: 'Go',
    hint: 'go get github.com/aws/aws-sdk-go-v2/service/s3 github.com/aws/aws-sdk-go-v2/credentials',
    code: `package main

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	client := s3.New(s3.Options{
		Region:       "auto",
		BaseEndpoint: aws.String("${endpoint}"),
		UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(
			"${accessKeyId}",
			"${secretAccessKey}",
			""),
	})
	out, err := client.PutObject(context.Background(), &s3.PutObjectInput{
		Bucket: aws.String("${bucket}"),
		Key:    aws.String("hello.txt"),
		Body:   strings.NewReader("Hello"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(aws.ToString(out.ETag))
}`,
  }
}

function rclone({ accessKeyId, secretAccessKey, endpoint, bucket }: SnippetValues): Snippet {
  return {
    id: 'rclone',
    label: 'rclone',
    hint: `In ~/.config/rclone/rclone.conf; then: rclone copy ./pictures coffer:${bucket}/pictures`,
    code: `[coffer]
type = s3
provider = Cloudflare
region = auto
endpoint = ${endpoint}
access_key_id = ${accessKeyId}
secret_access_key = ${secretAccessKey}
no_check_bucket = true`,
  }
}

function wrangler({ accountId, tokenValue, api, bucket }: SnippetValues): Snippet {
  return {
    id: 'wrangler',
    label: 'wrangler',
    hint: 'Goes through the management API, with the token’s value.',
    code: `export CLOUDFLARE_API_BASE_URL=${api}
export CLOUDFLARE_API_TOKEN=${tokenValue}
export CLOUDFLARE_ACCOUNT_ID=${accountId}

npx wrangler r2 object put ${bucket}/hello.txt --file ./hello.txt --remote
npx wrangler r2 bucket list`,
  }
}
