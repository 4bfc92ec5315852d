using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Sip.Transactions;

namespace ImageShare.Core.Tests.Sip.Torture;

/// <summary>RFC 4475 §3.2 to §3.4: what they mean is the trouble. <see cref="TortureReactionTests"/> shows what the peer gets.</summary>
[TestFixture]
[Category("SIPG-030")]
public sealed class SemanticTortureTests
{
    [Test]
    [Category("TXN-011")]
    public void Badbranch_names_no_transaction_and_is_matched_as_in_RFC_2543()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Badbranch);
        SipRequest other = request.Clone();
        other.Headers.Set("Call-ID", "another");
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.TopVia!.HasMagicCookie, Is.False);
        Assert.That(TransactionKey.ForServer(other), Is.Not.EqualTo(TransactionKey.ForServer(request)));
    }

    [Test]
    public void Insuf_lacks_what_every_request_needs() => Assert.That(Check(TortureMessages.Insuf)?.Status, Is.EqualTo(400));

    [Test]
    public void Unkscm_asks_for_an_unknown_scheme() => Assert.That(Check(TortureMessages.Unkscm)?.Status, Is.EqualTo(416));

    [Test]
    public void Novelsc_asks_for_a_scheme_that_is_not_for_SIP() => Assert.That(Check(TortureMessages.Novelsc)?.Status, Is.EqualTo(416));

    [Test]
    public void Unksm2_has_other_schemes_in_its_headers()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Unksm2);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.To!.Uri.ToString(), Is.EqualTo("isbn:0306406152"));
        Assert.That(request.Headers.From!.Uri.ToString(), Is.EqualTo("http://www.example.net"));
        Assert.That(request.Headers.Contacts.Single().Uri.Scheme, Is.EqualTo("name"));
    }

    [Test]
    public void Bext01_requires_what_nobody_has()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Bext01);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.Require, Is.EqualTo(new[] { "unheardOf", "unheardOfToo" }));
    }

    /// <summary>The 415 is owed by the layer above, which alone knows what bodies it takes.</summary>
    [Test]
    public void Invut_has_a_body_of_unknown_type()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Invut);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.ContentType!.Essence, Is.EqualTo("application/unheard-of"));
    }

    [Test]
    public void Regaut01_shows_credentials_of_an_unknown_kind()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Regaut01);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.GetString("Authorization"), Is.EqualTo("Handshake firm=yes"));
    }

    [Test]
    public void Multi01_has_two_of_everything() => Assert.That(Check(TortureMessages.Multi01)?.Status, Is.EqualTo(400));

    [Test]
    public void Mcl01_has_two_lengths() =>
        Assert.That(TortureMessage.Fail(TortureMessages.Mcl01), Is.EqualTo(SipReadErrorCode.ConflictingContentLength));

    [Test]
    public void Bcast_has_a_second_Via_for_everybody() =>
        Assert.That(TortureMessage.Read<SipResponse>(TortureMessages.Bcast).Headers.Vias[1].Host, Is.EqualTo("255.255.255.255"));

    [Test]
    public void Zeromf_may_go_no_further_and_need_not()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Zeromf);
        Assert.That((SipValidation.Check(request), request.Headers.MaxForwards), Is.EqualTo(((SipRejection?)null, (int?)0)));
    }

    [Test]
    public void Cparam01_has_a_parameter_of_the_Contact()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Cparam01);
        Assert.That(request.Headers.Contacts.Single().Parameters.Contains("colour"), Is.True);
        Assert.That(request.Headers.Contacts.Single().Uri.Parameters, Is.Empty);
    }

    [Test]
    public void Cparam02_has_a_parameter_of_the_URI()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Cparam02);
        Assert.That(request.Headers.Contacts.Single().Parameters, Is.Empty);
        Assert.That(request.Headers.Contacts.Single().Uri.Parameters.Contains("colour"), Is.True);
    }

    [Test]
    public void Regescrt_has_a_header_in_its_Contact()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Regescrt);
        Assert.That(request.Headers.Contacts.Single().Uri.Headers, Is.EqualTo("Route=%3Csip:edge.example.net%3E"));
        Assert.That(request.Headers.Contains("Route"), Is.False);
    }

    /// <summary>The 406 is owed by the layer above, which alone knows what it would answer with.</summary>
    [Test]
    public void Sdp01_accepts_nothing_we_could_answer_with()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Sdp01);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.Accept.Select(a => a.Essence), Is.EqualTo(new[] { "text/unheard-of" }));
    }

    [Test]
    public void Inv2543_is_lived_with_in_a_datagram_and_has_no_length_for_a_stream()
    {
        SipRequest request = TortureMessage.ReadDatagram<SipRequest>(TortureMessages.Inv2543);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That((request.Headers.From!.Tag, request.Headers.TopVia!.Branch), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That(request.Body.Span.StartsWith("v=0"u8), Is.True);
        var reader = new SipReader();
        Assert.That(TortureMessage.Feed(reader, [TortureMessages.Inv2543]), Is.Empty);
        Assert.That(reader.Error!.Value.Code, Is.EqualTo(SipReadErrorCode.NoContentLength));
    }

    private static SipRejection? Check(byte[] octets) => SipValidation.Check(TortureMessage.Read<SipRequest>(octets));
}
