using System.Text;
using ImageShare.Core.Authentication;
using ImageShare.Core.Sip.Authentication;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ImageShare.Core.Tests.Sip.Authentication;

/// <summary>What is done with secrets, and what is not.</summary>
[TestFixture]
public sealed class SecretTests
{
    private static readonly string[] Getters =
    [
        $"{typeof(SipCredentials).FullName}::get_Password", $"{typeof(AkaAnswer).FullName}::get_Response",
        $"{typeof(AkaAnswer).FullName}::get_Resynchronization", $"{typeof(DigestKeyring).FullName}/DigestKey::get_Secret",
    ];

    private static readonly string[] Comparing = ["Equals", "SequenceEqual", "op_Equality", "op_Inequality", "CompareTo", "SequenceCompareTo", "Compare", "CommonPrefixLength", "IndexOf", "StartsWith"];

    [Test]
    [Category("AUTH-005")]
    public void Whatever_reads_a_secret_compares_nothing_and_so_nothing_but_constant_time_compares_it()
    {
        using var library = ModuleDefinition.ReadModule(typeof(SipCredentials).Assembly.Location);
        var readers = new List<string>();
        var wrong = new List<string>();
        foreach (MethodDefinition method in library.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            MethodReference[] calls = [.. method.Body.Instructions.Where(i => i.OpCode == OpCodes.Call || i.OpCode == OpCodes.Callvirt).Select(i => i.Operand).OfType<MethodReference>()];
            if (!calls.Any(c => Getters.Contains($"{c.DeclaringType.FullName}::{c.Name}")))
            {
                continue;
            }

            readers.Add(method.Name);
            wrong.AddRange(calls.Where(c => Comparing.Contains(c.Name)).Select(c => $"{method.FullName} -> {c.FullName}"));
        }

        Assert.That(readers, Has.Count.GreaterThanOrEqualTo(3), "the readers are found at all");
        Assert.That(wrong, Is.Empty);
        foreach (Type type in (Type[])[typeof(SipCredentials), typeof(AkaAnswer), typeof(AkaChallenge)])
        {
            Assert.That(type.GetMethod("Equals", [typeof(object)])!.DeclaringType, Is.EqualTo(typeof(object)), "no equality by value");
        }
    }

    [Test]
    [Category("AUTH-005")]
    public void Nothing_prints_a_secret()
    {
        byte[] nonce = new byte[32];
        Array.Fill(nonce, (byte)'N');
        string text = Convert.ToBase64String(nonce);
        byte[] row = Encoding.UTF8.GetBytes($"Digest realm=\"r\", nonce=\"{text}\", algorithm=AKAv1-MD5");
        Assert.That(DigestChallenge.TryParse(row, out DigestChallenge? challenge));
        Assert.That(AkaChallenge.TryRead(challenge!, out AkaChallenge? aka));
        var answer = new DigestAnswer(challenge!, "INVITE", "sip:b@r", 1, "client");
        byte[] res = "RESPONSEKEY12345"u8.ToArray();
        object[] all =
        [
            new SipCredentials("user", "password", "r"), SipCredentials.FromSim("user", static (_, _) => default, "r"), challenge!, aka!, answer,
            AkaAnswer.Respond(res), AkaAnswer.Resynchronize(res.AsSpan(0, 14)), AkaAnswer.Refuse, new DigestKeyring(new SipCredentials("user", "password"), "r"),
        ];
        Assert.Multiple(() =>
        {
            foreach (object printed in all)
            {
                Assert.That(printed.ToString(), Does.Not.Contain("password").And.Not.Contain(text).And.Not.Contain("NNNN").And.Not.Contain("RESPONSEKEY").And.Not.Contain(Convert.ToHexString(res)).And.Not.Contain("client"));
            }

            // What shows the members of an object, as structured logs do, finds no secret either.
            foreach (Type type in (Type[])[typeof(SipCredentials), typeof(AkaAnswer)])
            {
                Assert.That(type.GetProperties().Select(p => p.Name), Is.SubsetOf(new[] { "User", "Realm", "Refuse" }));
            }
        });
    }
}
