using System.Net;
using ImageShare.Core.Sip.Registration;
using static ImageShare.Core.Tests.Sip.Registration.RegistrationRun;

namespace ImageShare.Core.Tests.Sip.Registration;

/// <summary>What the answers of registrars are read as, those of faulty and hostile ones included.</summary>
[TestFixture]
public sealed class RegistrarAnswerTests
{
    private const string Device = "+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-000000000001>\"";

    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp>;expires=600", 600, Description = "as it was sent")]
    [TestCase("\"Alice\" <sip:alice@192.0.2.1:5060;TRANSPORT=TCP>;q=0.5;expires=600", 600, Description = "written in another way")]
    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp;foo=bar>;expires=600", 600, Description = "with a parameter more")]
    [TestCase("<sip:x@10.0.0.1>;expires=1, <sip:alice@192.0.2.1:5060;transport=tcp>;expires=600, <sip:y@10.0.0.2>;expires=2", 600, Description = "between others")]
    [TestCase($"<sip:token@198.51.100.1>;{Device};reg-id=1;expires=600", 600, Description = "rewritten, found by device and flow")]
    [TestCase($"<sip:old@198.51.100.1>;{Device};reg-id=1;expires=5, <sip:alice@192.0.2.1:5060;transport=tcp>;expires=600", 600, Description = "the address counts first")]
    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp>", 3600, Description = "no expiry at all: as asked for")]
    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp>;expires=soon", 3600)]
    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp>;expires=-1", 3600)]
    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp>;expires", 3600)]
    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp>;expires=99999999999999999999", 3600)]
    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp>;expires=4294967295", 4294967295L)]
    [TestCase("<sip:alice@192.0.2.1:5060;transport=tcp>;expires=0", 0)]
    [TestCase("<sip:alice@192.0.2.1:5060>;expires=600", null, Description = "another transport")]
    [TestCase("<sip:alice@192.0.2.1:5061;transport=tcp>;expires=600", null, Description = "another port")]
    [TestCase("<sip:bob@192.0.2.1:5060;transport=tcp>;expires=600", null, Description = "another user")]
    [TestCase($"<sip:token@198.51.100.1>;{Device};reg-id=2;expires=600", null, Description = "another flow")]
    [TestCase($"<sip:token@198.51.100.1>;{Device};expires=600", null, Description = "an older registration of this device")]
    [TestCase("*", null)]
    [TestCase("<<<>;;,,", null)]
    [TestCase("", null)]
    [Category("REG-003")]
    [Category("REG-018")]
    public void Our_binding_is_found_among_all_and_its_expiry_counts(string contacts, long? expiry)
    {
        RegistrarAnswer answer = Answer([("Contact", contacts)]);
        Assert.Multiple(() =>
        {
            Assert.That(answer.Own?.Expiry.TotalSeconds, Is.EqualTo(expiry));
            Assert.That(answer.Bindings.Count(b => b.IsOwn), Is.EqualTo(expiry is null ? 0 : 1));
        });
    }

    [Test]
    [Category("REG-003")]
    public void An_Expires_header_is_for_contacts_without_an_expiry_of_their_own()
    {
        RegistrarAnswer answer = Answer([("Contact", "<sip:alice@192.0.2.1:5060;transport=tcp>, <sip:x@10.0.0.1>;expires=7"), ("Expires", "120")]);
        Assert.That(answer.Bindings.Select(b => b.Expiry.TotalSeconds), Is.EqualTo(new double[] { 120, 7 }));
    }

    [Test]
    [Category("REG-018")]
    public void Of_thousands_of_bindings_ours_is_found_and_a_hundred_are_kept()
    {
        (string, string)[] rows =
        [
            .. Enumerable.Range(0, 5000).Select(i => ("Contact", $"<sip:alice@10.0.{i / 256}.{i % 256}:{i + 1}>;expires=3600")),
            ("Contact", $"{Contact};expires=60"),
        ];
        RegistrarAnswer answer = Answer(rows);
        Assert.That((answer.BindingCount, answer.Bindings.Count, answer.Own?.Expiry.TotalSeconds), Is.EqualTo((5001, 100, 60.0)));
    }

    [Test]
    [Category("REG-007")]
    [Category("REG-008")]
    public void Route_and_identities_are_read_in_their_order()
    {
        RegistrarAnswer answer = Answer(
        [
            ("Contact", Contact), ("Service-Route", "<sip:s1.example;lr>, <sip:s2.example;lr>"),
            ("P-Associated-URI", "<sip:alice@ims.example>, \"A, B\" <tel:+15551234>"), ("P-Associated-URI", "<sip:a@ims.example>"),
        ]);
        Assert.Multiple(() =>
        {
            Assert.That(answer.ServiceRoute.Select(u => u.ToString()), Is.EqualTo(new[] { "sip:s1.example;lr", "sip:s2.example;lr" }));
            Assert.That(answer.AssociatedUris.Select(u => u.ToString()), Is.EqualTo(new[] { "sip:alice@ims.example", "tel:+15551234", "sip:a@ims.example" }));
        });
    }

    [Test]
    [Category("REG-018")]
    public void A_route_that_cannot_be_read_or_has_no_end_is_not_used()
    {
        string endless = string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"<sip:s{i}.example;lr>"));
        Assert.Multiple(() =>
        {
            Assert.That(Answer([("Contact", Contact), ("Service-Route", endless)]).ServiceRoute, Is.Empty);
            Assert.That(Answer([("Contact", Contact), ("Service-Route", "<sip:s1.example;lr>, <>")]).ServiceRoute, Is.Empty);
            Assert.That(
                Answer([("Contact", Contact), .. Enumerable.Range(0, 1000).Select(i => ("P-Associated-URI", $"<sip:u{i}@ims.example>"))]).AssociatedUris, Has.Count.EqualTo(100));
        });
    }

    [TestCase("UDP", "received=198.51.100.1;rport=40000", "198.51.100.1:40000", true)]
    [TestCase("UDP", "rport=40000", "192.0.2.1:40000", true, Description = "only the port differs")]
    [TestCase("UDP", "received=192.0.2.1;rport=5060", "192.0.2.1:5060", false)]
    [TestCase("TCP", "received=192.0.2.1;rport=40000", "192.0.2.1:40000", false, Description = "a connection has a port of its own")]
    [TestCase("TCP", "received=198.51.100.1;rport=40000", "198.51.100.1:40000", true)]
    [TestCase("UDP", "received=198.51.100.1", "198.51.100.1:5060", true)]
    [TestCase("UDP", "received=here;rport=99999", null, false)]
    [TestCase("UDP", "rport", null, false)]
    [Category("REG-016")]
    public void The_address_the_registrar_saw_is_learnt(string transport, string parameters, string? address, bool isBehindNat)
    {
        RegistrarAnswer answer = Answer([("Via", $"SIP/2.0/{transport} 192.0.2.1:5060;branch=z9hG4bK1;{parameters}"), ("Contact", Contact)], transport: transport);
        Assert.Multiple(() =>
        {
            Assert.That(answer.LearntAddress, Is.EqualTo(address is null ? null : IPEndPoint.Parse(address)));
            Assert.That((answer.IsBehindNat, answer.NeedsNatRefresh), Is.EqualTo((isBehindNat, isBehindNat && transport == "UDP")));
        });
    }

    [Test]
    [Category("REG-013")]
    [Category("REG-015")]
    public void Outbound_is_in_use_if_the_registrar_says_so_and_it_was_asked_for()
    {
        (string, string)[] rows = [("Contact", Contact), ("Require", "path, Outbound"), ("Flow-Timer", "90")];
        RegistrarAnswer asked = Answer(rows);
        RegistrarAnswer notAsked = Answer(rows, "<sip:alice@192.0.2.1:5060;transport=tcp>");
        Assert.Multiple(() =>
        {
            Assert.That((asked.UsesOutbound, asked.FlowTimer), Is.EqualTo((true, (TimeSpan?)TimeSpan.FromSeconds(90))));
            Assert.That((notAsked.UsesOutbound, notAsked.FlowTimer), Is.EqualTo((false, (TimeSpan?)null)));
        });
    }

    [TestCase(404, "does not know this user")]
    [TestCase(405, "no registrar")]
    [TestCase(302, "it is now at sip:new.example. Set that as the registrar")]
    [TestCase(503, "overloaded")]
    [TestCase(486, "ask its operator")]
    [Category("REG-011")]
    public void A_refusal_says_what_it_means(int status, string words) =>
        Assert.That(((RegistrationInput.Refused)Refusal(status, ("Contact", "<sip:new.example>"))).Refusal.Problem.Message, Does.Contain(words));
}
