using System.Text;
using ImageShare.Core.Authentication;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Authentication;

[TestFixture]
public sealed class DigestTests
{
    private const string Rfc7616 =
        """Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=ALG, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS" """;

    [TestCase("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [TestCase("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    [Category("AUTH-002")]
    [Category("AUTH-006")]
    public void The_known_answers_of_RFC_7616_come_out(string algorithm, string response)
    {
        DigestChallenge challenge = Parse(Rfc7616.Replace("ALG", algorithm, StringComparison.Ordinal));
        var answer = new DigestAnswer(challenge, "GET", "/dir/index.html", 1, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        Assert.That(answer.ComputeResponse("Mufasa", "Circle of Life"u8), Is.EqualTo(response));
    }

    [Test]
    [Category("AUTH-002")]
    public void Without_qop_the_older_form_is_computed()
    {
        DigestChallenge challenge = Parse("""Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41" """);
        var answer = new DigestAnswer(challenge, "GET", "/dir/index.html", 1, "unused");
        Assert.Multiple(() =>
        {
            Assert.That(answer.ComputeResponse("Mufasa", "Circle Of Life"u8), Is.EqualTo("670fd8c2df070c60b045671b8b24ff02"));
            Assert.That(
                answer.Write("Mufasa", "Circle Of Life"u8),
                Is.EqualTo(
                    """Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", response="670fd8c2df070c60b045671b8b24ff02", opaque="5ccc069c403ebaf9f0171e9517f40e41" """.TrimEnd()));
        });
    }

    [TestCase("Basic realm=\"a\"")]
    [TestCase("NTLM realm=\"a\", nonce=\"b\"")]
    [TestCase("Digest")]
    [TestCase("Digest realm=\"a\"")]
    [TestCase("Digest nonce=\"a\"")]
    [TestCase("Digest realm=\"a\", nonce=\"b\", algorithm=MD4")]
    [TestCase("Digest realm=\"a\", nonce=\"b\", algorithm=AKAv2-MD5")]
    [TestCase("Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"")]
    [TestCase("Digest realm=\"a\", nonce=\"b")]
    [TestCase("Digest realm=\"a\\")]
    [TestCase("Digest =")]
    [TestCase("")]
    [Category("AUTH-004")]
    [Category("AUTH-006")]
    public void What_cannot_or_must_not_be_answered_is_ignored(string row) =>
        Assert.That(DigestChallenge.TryParse(Encoding.UTF8.GetBytes(row), out _), Is.False);

    [TestCase("digest REALM=\"a\",NONCE=\"b\",Stale=TRUE", true)]
    [TestCase("Digest  realm = \"a\" ,, nonce = \"b\" , unknown=x, stale=false,", false)]
    public void White_space_case_and_unknown_parameters_do_no_harm(string row, bool stale)
    {
        DigestChallenge challenge = Parse(row);
        Assert.That((challenge.Realm, challenge.Nonce, challenge.IsStale), Is.EqualTo(("a", "b", stale)));
    }

    [Test]
    [Category("AUTH-006")]
    public void The_first_challenge_of_the_realm_that_can_be_answered_is_taken()
    {
        string[] rows =
        [
            "Basic realm=\"a\"", "Digest realm=\"other\", nonce=\"0\"", "Digest realm=\"a\", nonce=\"1\", algorithm=SHA-512-256",
            "Digest realm=\"a\", nonce=\"2\", algorithm=SHA-256, qop=\"auth\"", "Digest realm=\"a\", nonce=\"3\", algorithm=MD5",
        ];
        Assert.That(DigestChallenge.Choose(rows, "a")?.Nonce, Is.EqualTo("2"));
        Assert.That(DigestChallenge.Choose(rows, "b"), Is.Null);
    }

    [Test]
    [Category("AUTH-003")]
    public void The_nonce_count_goes_up_with_each_request_and_starts_anew_with_a_new_nonce()
    {
        var keyring = new DigestKeyring(new SipCredentials("alice", "secret"), "ims.example");
        var space = new DigestSpace(IsProxy: false, "ims.example");
        string challenge = """Digest realm="ims.example", nonce="n1", qop="auth", algorithm=MD5""";
        Assert.That(Learn(keyring, space, challenge), Is.True);
        string first = keyring.Authorize(space, Request)!;
        string second = keyring.Authorize(space, Request)!;
        Learn(keyring, space, challenge.Replace("n1", "n2", StringComparison.Ordinal));
        string third = keyring.Authorize(space, Request)!;
        Assert.Multiple(() =>
        {
            Assert.That(first, Does.Contain("nc=00000001").And.Contain("uri=\"sip:b@ims.example\"").And.Contain("qop=auth,"));
            Assert.That(second, Does.Contain("nc=00000002"));
            Assert.That(third, Does.Contain("nc=00000001").And.Contain("n2"));
            Assert.That(Regex(first), Is.Not.EqualTo(Regex(second)), "a fresh cnonce each time");
            Assert.That(first, Does.Not.Contain("secret"));
        });

        static string Regex(string header) => System.Text.RegularExpressions.Regex.Match(header, "cnonce=\"([^\"]+)\"").Groups[1].Value;
    }

    [Test]
    public void A_stranger_realm_or_another_host_gets_no_answer()
    {
        var keyring = new DigestKeyring(new SipCredentials("alice", "secret", "ims.example"), "elsewhere.example");
        var space = new DigestSpace(IsProxy: true, "proxy.ims.example");
        Assert.Multiple(() =>
        {
            Assert.That(Learn(keyring, space, "Digest realm=\"evil.example\", nonce=\"x\""), Is.False);
            Assert.That(Learn(keyring, space, "Digest realm=\"ims.example\", nonce=\"x\""), Is.True);
            Assert.That(keyring.Authorize(space with { Host = "evil.example" }, Request), Is.Null);
            Assert.That(keyring.Authorize(space with { IsProxy = false }, Request), Is.Null);
        });
    }

    [Test]
    [Category("AUTH-007")]
    public void A_request_is_tried_once_and_once_more_when_the_nonce_was_stale()
    {
        Assert.Multiple(() =>
        {
            Assert.That(default(DigestAttempts).TryAdd(false, false, out DigestAttempts one), Is.True);
            Assert.That(one.TryAdd(false, false, out _), Is.False, "wrong password");
            Assert.That(one.TryAdd(false, true, out DigestAttempts two), Is.True, "stale");
            Assert.That(two.TryAdd(false, true, out _), Is.False, "stale for ever");
            Assert.That(two.TryAdd(true, false, out _), Is.True, "a proxy behind it asks too");
        });
    }

    [Test]
    public void Credentials_do_not_print_their_password() =>
        Assert.That(new SipCredentials("alice", "secret", "ims.example").ToString(), Is.EqualTo("alice at ims.example"));

    [Test]
    public void No_input_makes_the_parser_throw()
    {
        var random = new Random(20260101);
        byte[] seed = Encoding.UTF8.GetBytes(Rfc7616);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] mutated = seed[..random.Next(seed.Length + 1)];
            for (int j = random.Next(6); j > 0 && mutated.Length > 0; j--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            Assert.That(() => DigestChallenge.TryParse(mutated, out _), Throws.Nothing);
        }
    }

    private static bool Learn(DigestKeyring keyring, DigestSpace space, string row) =>
        keyring.Choose([row]) is { } challenge && keyring.TryLearn(space, challenge);

    private static SipRequest Request => new(SipMethod.Options, SipUri.Parse("sip:b@ims.example"));

    private static DigestChallenge Parse(string row)
    {
        Assert.That(DigestChallenge.TryParse(Encoding.UTF8.GetBytes(row), out DigestChallenge? challenge), Is.True);
        return challenge!;
    }
}
