using FsCheck;
using FsCheck.Fluent;
using ImageShare.Core.Sip.Registration;
using static ImageShare.Core.Tests.Sip.Registration.RegistrationRun;

namespace ImageShare.Core.Tests.Sip.Registration;

/// <summary>Registrars that write anything.</summary>
[TestFixture]
public sealed class RegistrarAnswerProperties
{
    private static readonly string[] Names =
        ["Contact", "Expires", "Service-Route", "P-Associated-URI", "Require", "Flow-Timer", "Min-Expires", "Retry-After", "Via", "WWW-Authenticate", "m"];

    private static readonly string[] Pieces =
    [
        Contact, "<sip:alice@192.0.2.1:5060;transport=tcp>", ";expires=", ";expires=60", ";reg-id=1", ";q=", "*", ",", ";", "<", ">", "\"", "\\", "=", " ", "0", "-1", "4294967296",
        "3600", "outbound", "<sip:s.example;lr>", "<tel:+1>", "SIP/2.0/UDP 192.0.2.1:5060", ";received=", "198.51.100.1", ";rport=", "40000", "[::1]", "Digest ", "realm=\"x\"", "\u00e9", "\ud83d\ude00",
    ];

    private static readonly Gen<(string, string)> Row =
        from name in Gen.Elements(Names)
        from pieces in Gen.Elements(Pieces).ListOf()
        select (name, string.Concat(pieces));

    [Test]
    [Category("REG-018")]
    public void Nothing_throws_and_what_counts_as_registered_has_the_own_contact() => Prop.ForAll(
        Row.ListOf().ToArbitrary(),
        static rows =>
        {
            RegistrarAnswer answer = Answer([.. rows]);
            Assert.That(answer.Bindings, Has.Count.LessThanOrEqualTo(100).And.Count.LessThanOrEqualTo(answer.BindingCount));
            Assert.That(answer.ServiceRoute, Has.Count.LessThanOrEqualTo(32));
            Assert.That(answer.Own is null || rows.Any(r => r.Item2.Contains("192.0.2.1", StringComparison.Ordinal) || r.Item2.Contains("reg-id=1", StringComparison.Ordinal)), Is.True);
            foreach (int status in (int[])[301, 401, 407, 423, 439, 503, 699])
            {
                RegistrationRun run = new RegistrationRun().Give(new RegistrationInput.Begin(), Refusal(status, [.. rows]));
                Assert.That(run.Sent, Has.Length.LessThanOrEqualTo(2));
                Assert.That(run.Status == SipRegistrationStatus.Registering || run.State.Problem!.Message.Length > 10, Is.True);
            }
        }).QuickCheckThrowOnFailure();
}
