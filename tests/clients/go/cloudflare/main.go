// Cloudflare's SDK for Go with its defaults, but for the address and the token; prints lines as
// python/suite.py does.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/memberships"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"
	"github.com/cloudflare/cloudflare-go/v7/shared"
	"github.com/cloudflare/cloudflare-go/v7/user"
)

const (
	bucket    = "cloudflare-go-suite"
	itemWrite = "2efd5506f9c8494dacb1fa10a3e7d5b6"
)

var (
	ctx     = context.Background()
	account = os.Getenv("COFFER_ACCOUNT")
	admin   = client(os.Getenv("COFFER_TOKEN"))
	viewer  = client(os.Getenv("COFFER_VIEW_TOKEN"))
	manager = client(os.Getenv("COFFER_MANAGER_TOKEN"))
	person  = client(os.Getenv("COFFER_USER_TOKEN"))
	oddKeys = []string{"odd/space and+plus.txt", "odd/percent%25%2F.txt", "odd/ümlaut-名前-🙂.txt"}
)

// sdk is the part of cloudflare.Client that is used here. That type's package imports the whole of
// Cloudflare's API, which takes minutes to compile.
type sdk struct {
	R2          *r2.R2Service
	Accounts    *accounts.AccountService
	User        *user.UserService
	Memberships *memberships.MembershipService
}

func client(token string) sdk {
	options := []option.RequestOption{option.WithBaseURL(os.Getenv("COFFER_API")), option.WithAPIToken(token)}
	return sdk{
		R2:          r2.NewR2Service(options...),
		Accounts:    accounts.NewAccountService(options...),
		User:        user.NewUserService(options...),
		Memberships: memberships.NewMembershipService(options...),
	}
}

type fields map[string]any

// with is a request's parameters with these fields set, as cloudflare.F of that same package sets them.
func with[Params any](values fields) (params Params) {
	for name, value := range values {
		field := reflect.ValueOf(&params).Elem().FieldByName(name)
		if field.Kind() == reflect.Struct && field.FieldByName("Present").IsValid() {
			field.FieldByName("Present").SetBool(true)
			field = field.FieldByName("Value")
		}
		field.Set(reflect.ValueOf(value))
	}
	return params
}

func s3Client(access, secret, session string) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint:     aws.String(os.Getenv("COFFER_ENDPOINT")),
		Region:           "auto",
		UsePathStyle:     true,
		RetryMaxAttempts: 1,
		Credentials:      credentials.NewStaticCredentialsProvider(access, secret, session),
	})
}

func secretOf(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

func check(claim string, action func() error) {
	if err := action(); err != nil {
		fmt.Printf("FAIL cloudflare-go: %s: %s\n", claim, strings.ReplaceAll(err.Error(), "\n", " | "))
		return
	}
	fmt.Printf("PASS cloudflare-go: %s\n", claim)
}

func equal[T comparable](what string, actual, expected T) error {
	if actual != expected {
		return fmt.Errorf("%s: %v is not %v", what, actual, expected)
	}
	return nil
}

// fails expects the API's refusal of that status and number.
func fails(status int, code int64, err error) error {
	var refusal *r2.Error
	if errors.As(err, &refusal) && refusal.StatusCode == status && len(refusal.Errors) == 1 && refusal.Errors[0].Code == code {
		return nil
	}
	return fmt.Errorf("%d with code %d expected, got %v", status, code, err)
}

func denied(err error) error {
	var refusal smithy.APIError
	if errors.As(err, &refusal) && refusal.ErrorCode() == "AccessDenied" {
		return nil
	}
	return fmt.Errorf("AccessDenied expected, got %v", err)
}

// ignore drops a call's result where only its error is of interest.
func ignore[T any](_ T, err error) error { return err }

func buckets() error {
	made, err := admin.R2.Buckets.New(ctx, with[r2.BucketNewParams](fields{
		"AccountID": account, "Name": bucket, "LocationHint": r2.BucketNewParamsLocationHintWeur,
	}))
	if err != nil {
		return err
	}
	edited, err := admin.R2.Buckets.Edit(ctx, bucket, with[r2.BucketEditParams](fields{
		"AccountID": account, "StorageClass": r2.BucketEditParamsCfR2StorageClassInfrequentAccess,
	}))
	if err != nil {
		return err
	}
	listed, err := viewer.R2.Buckets.List(ctx, with[r2.BucketListParams](fields{
		"AccountID": account, "NameContains": bucket, "PerPage": 5.0,
	}))
	if err != nil {
		return err
	}
	got, err := viewer.R2.Buckets.Get(ctx, bucket, with[r2.BucketGetParams](fields{"AccountID": account}))
	if err != nil {
		return err
	}
	return errors.Join(
		equal("name", made.Name, bucket),
		equal("storage class", string(edited.StorageClass), "InfrequentAccess"),
		equal("listed", len(listed.Buckets), 1),
		equal("creation date", got.CreationDate, made.CreationDate),
		fails(409, 10004, ignore(admin.R2.Buckets.New(ctx, with[r2.BucketNewParams](fields{"AccountID": account, "Name": bucket})))),
		fails(404, 10006, ignore(admin.R2.Buckets.Get(ctx, "no-such-bucket", with[r2.BucketGetParams](fields{"AccountID": account})))),
	)
}

func jurisdictions() error {
	name := bucket + "-eu"
	made, err := admin.R2.Buckets.New(ctx, with[r2.BucketNewParams](fields{
		"AccountID": account, "Name": name, "Jurisdiction": r2.BucketNewParamsCfR2JurisdictionEu,
	}))
	if err != nil {
		return err
	}
	return errors.Join(
		equal("jurisdiction", string(made.Jurisdiction), "eu"),
		fails(404, 10006, ignore(admin.R2.Buckets.Get(ctx, name, with[r2.BucketGetParams](fields{"AccountID": account})))),
		ignore(admin.R2.Buckets.Delete(ctx, name, with[r2.BucketDeleteParams](fields{
			"AccountID": account, "Jurisdiction": r2.BucketDeleteParamsCfR2JurisdictionEu,
		}))),
	)
}

func objects() error {
	for _, key := range oddKeys {
		// This SDK leaves it to its caller to encode a key.
		path := url.PathEscape(key)
		_, err := admin.R2.Buckets.Objects.Upload(ctx, bucket, path, strings.NewReader(key), with[r2.BucketObjectUploadParams](fields{"AccountID": account}))
		if err != nil {
			return err
		}
		response, err := admin.R2.Buckets.Objects.Get(ctx, bucket, path, with[r2.BucketObjectGetParams](fields{"AccountID": account}))
		if err != nil {
			return err
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err := errors.Join(err, equal("body", string(body), key)); err != nil {
			return err
		}
	}
	var listed []string
	pages := admin.R2.Buckets.Objects.ListAutoPaging(ctx, bucket, with[r2.BucketObjectListParams](fields{"AccountID": account, "PerPage": int64(2)}))
	for pages.Next() {
		listed = append(listed, pages.Current().Key)
	}
	slices.Sort(listed)
	expected := slices.Sorted(slices.Values(oddKeys))
	return errors.Join(pages.Err(), equal("listed", strings.Join(listed, "\n"), strings.Join(expected, "\n")))
}

func metrics() error {
	found, err := viewer.R2.Buckets.Metrics.List(ctx, with[r2.BucketMetricListParams](fields{"AccountID": account}))
	if err != nil {
		return err
	}
	if found.Standard.Published.Objects+found.InfrequentAccess.Published.Objects < float64(len(oddKeys)) {
		return fmt.Errorf("too few objects: %s", found.JSON.RawJSON())
	}
	return nil
}

func temporary() error {
	made, err := admin.R2.TemporaryCredentials.New(ctx, with[r2.TemporaryCredentialNewParams](fields{
		"AccountID": account,
		"TemporaryCredential": with[r2.TemporaryCredentialParam](fields{
			"Bucket":            bucket,
			"ParentAccessKeyID": os.Getenv("COFFER_ACCESS_KEY"),
			"Permission":        r2.TemporaryCredentialPermissionObjectReadWrite,
			"TTLSeconds":        600.0,
			"Prefixes":          []string{"in/"},
		}),
	}))
	if err != nil {
		return err
	}
	limited := s3Client(made.AccessKeyID, made.SecretAccessKey, made.SessionToken)
	put := func(key string) error {
		return ignore(limited.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader([]byte("x"))}))
	}
	return errors.Join(put("in/a"), denied(put("out")))
}

func refusals() error {
	return errors.Join(
		fails(403, 10000, ignore(viewer.R2.Buckets.Delete(ctx, bucket, with[r2.BucketDeleteParams](fields{"AccountID": account})))),
		fails(403, 9109, ignore(viewer.Accounts.Tokens.List(ctx, with[accounts.TokenListParams](fields{"AccountID": account})))),
		fails(403, 9109, ignore(manager.User.Get(ctx))),
	)
}

func policies() []shared.TokenPolicyParam {
	return []shared.TokenPolicyParam{with[shared.TokenPolicyParam](fields{
		"Effect":           shared.TokenPolicyEffectAllow,
		"PermissionGroups": []shared.TokenPolicyPermissionGroupParam{with[shared.TokenPolicyPermissionGroupParam](fields{"ID": itemWrite})},
		"Resources": shared.TokenPolicyResourcesIAMResourcesTypeObjectStringParam{
			"com.cloudflare.edge.r2.bucket." + account + "_default_" + bucket: "*",
		},
	})}
}

func renamed() shared.TokenParam {
	return with[shared.TokenParam](fields{
		"Name": "renamed", "Policies": policies(), "Status": shared.TokenStatusActive,
		"Condition": with[shared.TokenConditionParam](fields{"RequestIP": with[shared.TokenConditionRequestIPParam](fields{
			"In": []shared.TokenConditionCIDRListParam{"127.0.0.0/8"},
		})}),
	})
}

// family is what both families of tokens can do, in the same words.
type family struct {
	create func(name string) (id, value string, err error)
	list   func() ([]string, error)
	get    func(id string) (*shared.Token, error)
	update func(id string) (*shared.Token, error)
	roll   func(id string) (*shared.TokenValue, error)
	verify func(value string) (id string, err error)
	remove func(id string) error
	groups func() ([]string, error)
}

func accountTokens() family {
	service := manager.Accounts.Tokens
	return family{
		create: func(name string) (string, string, error) {
			made, err := service.New(ctx, with[accounts.TokenNewParams](fields{"AccountID": account, "Name": name, "Policies": policies()}))
			if err != nil {
				return "", "", err
			}
			return made.ID, string(made.Value), nil
		},
		list: func() (ids []string, err error) {
			pages := service.ListAutoPaging(ctx, with[accounts.TokenListParams](fields{"AccountID": account, "PerPage": 5.0}))
			for pages.Next() {
				ids = append(ids, pages.Current().ID)
			}
			return ids, pages.Err()
		},
		get: func(id string) (*shared.Token, error) {
			return service.Get(ctx, id, with[accounts.TokenGetParams](fields{"AccountID": account}))
		},
		update: func(id string) (*shared.Token, error) {
			return service.Update(ctx, id, with[accounts.TokenUpdateParams](fields{"AccountID": account, "Token": renamed()}))
		},
		roll: func(id string) (*shared.TokenValue, error) {
			return service.Value.Update(ctx, id, with[accounts.TokenValueUpdateParams](fields{"AccountID": account, "Body": map[string]any{}}))
		},
		verify: func(value string) (string, error) {
			found, err := client(value).Accounts.Tokens.Verify(ctx, with[accounts.TokenVerifyParams](fields{"AccountID": account}))
			if err != nil {
				return "", err
			}
			return found.ID, nil
		},
		remove: func(id string) error {
			return ignore(service.Delete(ctx, id, with[accounts.TokenDeleteParams](fields{"AccountID": account})))
		},
		groups: func() (ids []string, err error) {
			pages := service.PermissionGroups.ListAutoPaging(ctx, with[accounts.TokenPermissionGroupListParams](fields{
				"AccountID": account, "Name": "Workers R2 Storage Bucket Item Write",
			}))
			for pages.Next() {
				ids = append(ids, pages.Current().ID)
			}
			return ids, pages.Err()
		},
	}
}

func userTokens() family {
	service := person.User.Tokens
	return family{
		create: func(name string) (string, string, error) {
			made, err := service.New(ctx, with[user.TokenNewParams](fields{"Name": name, "Policies": policies()}))
			if err != nil {
				return "", "", err
			}
			return made.ID, string(made.Value), nil
		},
		list: func() (ids []string, err error) {
			pages := service.ListAutoPaging(ctx, with[user.TokenListParams](fields{"PerPage": 5.0}))
			for pages.Next() {
				ids = append(ids, pages.Current().ID)
			}
			return ids, pages.Err()
		},
		get: func(id string) (*shared.Token, error) { return service.Get(ctx, id) },
		update: func(id string) (*shared.Token, error) {
			return service.Update(ctx, id, with[user.TokenUpdateParams](fields{"Token": renamed()}))
		},
		roll: func(id string) (*shared.TokenValue, error) {
			return service.Value.Update(ctx, id, with[user.TokenValueUpdateParams](fields{"Body": map[string]any{}}))
		},
		verify: func(value string) (string, error) {
			found, err := client(value).User.Tokens.Verify(ctx)
			if err != nil {
				return "", err
			}
			return found.ID, nil
		},
		remove: func(id string) error { return ignore(service.Delete(ctx, id)) },
		groups: func() (ids []string, err error) {
			pages := service.PermissionGroups.ListAutoPaging(ctx, with[user.TokenPermissionGroupListParams](fields{
				"Name": "Workers R2 Storage Bucket Item Write",
			}))
			for pages.Next() {
				ids = append(ids, pages.Current().ID)
			}
			return ids, pages.Err()
		},
	}
}

func tokens(of family) error {
	groups, err := of.groups()
	if err := errors.Join(err, equal("groups", strings.Join(groups, " "), itemWrite)); err != nil {
		return err
	}
	made := map[string]string{}
	var first string
	for i := range 7 {
		id, value, err := of.create(fmt.Sprintf("go %d", i))
		if err != nil {
			return err
		}
		made[id], first = value, id
	}
	listed, err := of.list()
	if err != nil {
		return err
	}
	for id := range made {
		if !slices.Contains(listed, id) {
			return fmt.Errorf("%s is not listed", id)
		}
		if id != first {
			if err := of.remove(id); err != nil {
				return err
			}
		}
	}
	got, err := of.get(first)
	if err != nil {
		return err
	}
	if len(got.Policies) != 1 || got.Policies[0].PermissionGroups[0].ID != itemWrite {
		return fmt.Errorf("other policies: %s", got.JSON.RawJSON())
	}
	updated, err := of.update(first)
	if err != nil {
		return err
	}
	rolled, err := of.roll(first)
	if err != nil {
		return err
	}
	verified, err := of.verify(*rolled)
	return errors.Join(err,
		equal("name", updated.Name, "renamed"),
		equal("verified", verified, first),
		fails(401, 1000, ignore(of.verify(made[first]))),
		of.remove(first),
		fails(404, 1003, ignore(of.get(first))),
	)
}

func signs() error {
	of := accountTokens()
	id, value, err := of.create("go, for S3")
	if err != nil {
		return err
	}
	scoped := s3Client(id, secretOf(value), "")
	_, put := scoped.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("by-token"), Body: strings.NewReader("x")})
	_, list := scoped.ListBuckets(ctx, &s3.ListBucketsInput{})
	return errors.Join(put, denied(list), of.remove(id))
}

func people() error {
	me, err := person.User.Get(ctx)
	if err != nil {
		return err
	}
	if err := equal("e-mail", me.Email, os.Getenv("COFFER_USER")); err != nil {
		return err
	}
	for _, caller := range []sdk{admin, person} {
		pages := caller.Accounts.ListAutoPaging(ctx, with[accounts.AccountListParams](fields{}))
		var ids []string
		for pages.Next() {
			ids = append(ids, pages.Current().ID)
		}
		if err := errors.Join(pages.Err(), equal("accounts", strings.Join(ids, " "), account)); err != nil {
			return err
		}
		if _, err := caller.Accounts.Get(ctx, with[accounts.AccountGetParams](fields{"AccountID": account})); err != nil {
			return err
		}
	}
	places := person.Memberships.ListAutoPaging(ctx, with[memberships.MembershipListParams](fields{}))
	for places.Next() {
		if err := equal("membership", places.Current().Account.ID, account); err != nil {
			return err
		}
	}
	members, err := person.Accounts.Members.List(ctx, with[accounts.MemberListParams](fields{"AccountID": account}))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members.Result, func(m shared.Member) bool { return m.User.Email == me.Email }) {
		return errors.New("the user is no member")
	}
	return places.Err()
}

func deletes() error {
	pages := admin.R2.Buckets.Objects.ListAutoPaging(ctx, bucket, with[r2.BucketObjectListParams](fields{"AccountID": account}))
	for pages.Next() {
		_, err := admin.R2.Buckets.Objects.Delete(ctx, bucket, url.PathEscape(pages.Current().Key), with[r2.BucketObjectDeleteParams](fields{"AccountID": account}))
		if err != nil {
			return err
		}
	}
	_, err := admin.R2.Buckets.Delete(ctx, bucket, with[r2.BucketDeleteParams](fields{"AccountID": account}))
	return errors.Join(pages.Err(), err)
}

func main() {
	check("creates, edits, lists and gets a bucket", buckets)
	check("sees a jurisdiction's buckets apart", jurisdictions)
	check("uploads, gets and lists odd names", objects)
	check("reads the account's metrics", metrics)
	check("makes temporary credentials, which reach their prefix only", temporary)
	check("is refused cleanly", refusals)
	check("drives account tokens from creation to deletion", func() error { return tokens(accountTokens()) })
	check("drives user tokens from creation to deletion", func() error { return tokens(userTokens()) })
	check("signs S3 requests with a token that it made", signs)
	check("reads the user, accounts, memberships and members", people)
	check("deletes objects and the bucket", deletes)
}
