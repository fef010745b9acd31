// Creates an API token for one bucket over REST and uses it as an S3 access key.
package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const bucketExists = 10004

type apiError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e apiError) Error() string { return fmt.Sprintf("%s [%d]", e.Message, e.Code) }

type reference struct {
	ID string `json:"id"`
}

type policy struct {
	Effect           string            `json:"effect"`
	PermissionGroups []reference       `json:"permission_groups"`
	Resources        map[string]string `json:"resources"`
}

type token struct {
	ID       string   `json:"id,omitempty"`
	Value    string   `json:"value,omitempty"`
	Name     string   `json:"name"`
	Policies []policy `json:"policies"`
}

// management is the management API of one account.
type management struct {
	account, apiToken, baseURL string
}

// call sends body, if any, as JSON and decodes the answer's result; a failure is the server's first
// error, an apiError.
func (m management) call(ctx context.Context, method, path string, body, result any) error {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, m.baseURL+"/accounts/"+m.account+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+m.apiToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer := struct {
		Success bool
		Errors  []apiError
		Result  any
	}{Result: result}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: %s: %w", method, path, response.Status, err)
	}
	if !answer.Success && len(answer.Errors) > 0 {
		return fmt.Errorf("%s %s: %w", method, path, answer.Errors[0])
	}
	return nil
}

func (m management) createBucket(ctx context.Context, bucket string) error {
	err := m.call(ctx, "POST", "/r2/buckets", map[string]string{"name": bucket}, nil)
	var refused apiError
	if errors.As(err, &refused) && refused.Code == bucketExists {
		return nil
	}
	return err
}

func (m management) createToken(ctx context.Context, bucket string) (token, error) {
	name := url.QueryEscape("Workers R2 Storage Bucket Item Write")
	var groups []reference
	if err := m.call(ctx, "GET", "/tokens/permission_groups?name="+name, nil, &groups); err != nil {
		return token{}, err
	}
	created := token{
		Name: "objects of " + bucket,
		Policies: []policy{{
			Effect:           "allow",
			PermissionGroups: groups,
			Resources:        map[string]string{"com.cloudflare.edge.r2.bucket." + m.account + "_default_" + bucket: "*"},
		}},
	}
	err := m.call(ctx, "POST", "/tokens", created, &created)
	return created, err
}

// s3Client signs with the token: its id is the Access Key ID, and the SHA-256 of its value, in hex, is
// the Secret Access Key.
func s3Client(endpoint string, t token) *s3.Client {
	sum := sha256.Sum256([]byte(t.Value))
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(endpoint),
		Region:       "auto",
		UsePathStyle: true,
		Credentials:  credentials.NewStaticCredentialsProvider(t.ID, hex.EncodeToString(sum[:]), ""),
	})
}

func use(ctx context.Context, client *s3.Client, bucket string) error {
	key := aws.String("hello.txt")
	_, err := client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &bucket, Key: key, Body: strings.NewReader("Hello from Go\n"),
	})
	if err != nil {
		return err
	}
	list, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket})
	if err != nil {
		return err
	}
	for _, object := range list.Contents {
		fmt.Printf("%s: %d bytes\n", *object.Key, *object.Size)
	}
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: key})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	_, err = io.Copy(os.Stdout, object.Body)
	return err
}

func run(ctx context.Context) (err error) {
	for _, name := range []string{"CLOUDFLARE_API_BASE_URL", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "R2_ENDPOINT"} {
		if os.Getenv(name) == "" {
			return fmt.Errorf("set the environment variable %s", name)
		}
	}
	bucket := cmp.Or(os.Getenv("R2_BUCKET"), "example-go")
	api := management{
		account:  os.Getenv("CLOUDFLARE_ACCOUNT_ID"),
		apiToken: os.Getenv("CLOUDFLARE_API_TOKEN"),
		baseURL:  os.Getenv("CLOUDFLARE_API_BASE_URL"),
	}
	if err := api.createBucket(ctx, bucket); err != nil {
		return err
	}
	created, err := api.createToken(ctx, bucket)
	if err != nil {
		return err
	}
	fmt.Println("Access Key ID:", created.ID)
	defer func() {
		err = errors.Join(err, api.call(ctx, "DELETE", "/tokens/"+created.ID, nil, nil))
	}()
	return use(ctx, s3Client(os.Getenv("R2_ENDPOINT"), created), bucket)
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "failed:", err)
		os.Exit(1)
	}
}
