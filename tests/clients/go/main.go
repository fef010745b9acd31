// The AWS SDK for Go v2 with its defaults; prints lines as python/suite.py does.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

var bucket = aws.String("go-suite")

func client(access, secret string) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint:     aws.String(os.Getenv("COFFER_ENDPOINT")),
		Region:           "auto",
		UsePathStyle:     true,
		RetryMaxAttempts: 1,
		Credentials:      credentials.NewStaticCredentialsProvider(access, secret, ""),
	})
}

func check(claim string, action func() error) {
	if err := action(); err != nil {
		fmt.Printf("FAIL aws-sdk-go-v2: %s: %s\n", claim, strings.ReplaceAll(err.Error(), "\n", " | "))
		return
	}
	fmt.Printf("PASS aws-sdk-go-v2: %s\n", claim)
}

func refused(code string, err error) error {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == code {
		return nil
	}
	return fmt.Errorf("%s expected, got %v", code, err)
}

func main() {
	ctx := context.Background()
	api := client(os.Getenv("COFFER_ACCESS_KEY"), os.Getenv("COFFER_SECRET_KEY"))
	reader := client(os.Getenv("COFFER_READ_ACCESS_KEY"), os.Getenv("COFFER_READ_SECRET_KEY"))
	small := []byte("hello coffer\n")
	large := make([]byte, 21*1024*1024+17)
	rand.New(rand.NewSource(1)).Read(large)

	get := func(key string, byteRange *string) ([]byte, error) {
		out, err := api.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &key, Range: byteRange})
		if err != nil {
			return nil, err
		}
		defer out.Body.Close()
		return io.ReadAll(out.Body)
	}
	same := func(key string, want []byte, byteRange *string) error {
		got, err := get(key, byteRange)
		if err == nil && !bytes.Equal(got, want) {
			err = fmt.Errorf("%s: %d bytes differ from the %d sent", key, len(got), len(want))
		}
		return err
	}
	put := func(c *s3.Client, key string, body []byte) error {
		_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: bytes.NewReader(body)})
		return err
	}

	check("creates a bucket", func() error {
		_, err := api.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket})
		return err
	})
	check("puts and gets with default checksums", func() error {
		if err := put(api, "small.txt", small); err != nil {
			return err
		}
		return same("small.txt", small, nil)
	})
	check("uploads a large object in parts", func() error {
		uploader := manager.NewUploader(api, func(u *manager.Uploader) { u.PartSize = 5 * 1024 * 1024 })
		_, err := uploader.Upload(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("large.bin"), Body: bytes.NewReader(large)})
		if err != nil {
			return err
		}
		return same("large.bin", large, nil)
	})
	check("reads a range", func() error {
		return same("large.bin", large[5242870:5242891], aws.String("bytes=5242870-5242890"))
	})
	odd := []string{"odd/space and+plus", "odd/percent%25%2F", "odd/ümlaut-名前-🙂", "odd/[]{}=;,@$!~'\"&<>"}
	check("keeps odd names and lists by pages", func() error {
		for _, key := range odd {
			if err := put(api, key, []byte(key)); err != nil {
				return err
			}
			if err := same(key, []byte(key), nil); err != nil {
				return err
			}
		}
		seen := 0
		pages := s3.NewListObjectsV2Paginator(api, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: aws.String("odd/"), MaxKeys: aws.Int32(3)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			seen += len(page.Contents)
		}
		if seen != len(odd) {
			return fmt.Errorf("%d keys listed, %d put", seen, len(odd))
		}
		return nil
	})
	check("copies", func() error {
		_, err := api.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: aws.String("copied.bin"), CopySource: aws.String(*bucket + "/large.bin")})
		if err != nil {
			return err
		}
		return same("copied.bin", large, nil)
	})
	check("presigns", func() error {
		signed, err := s3.NewPresignClient(api).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("small.txt")})
		if err != nil {
			return err
		}
		answer, err := http.Get(signed.URL)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err == nil && !bytes.Equal(body, small) {
			err = fmt.Errorf("status %d: %s", answer.StatusCode, body)
		}
		return err
	})
	check("is refused cleanly with a read-only token", func() error {
		return refused("AccessDenied", put(reader, "no", small))
	})
	check("deletes objects and the bucket", func() error {
		pages := s3.NewListObjectsV2Paginator(api, &s3.ListObjectsV2Input{Bucket: bucket})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			var doomed []types.ObjectIdentifier
			for _, object := range page.Contents {
				doomed = append(doomed, types.ObjectIdentifier{Key: object.Key})
			}
			if _, err := api.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: doomed}}); err != nil {
				return err
			}
		}
		_, err := api.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
		return err
	})
}
