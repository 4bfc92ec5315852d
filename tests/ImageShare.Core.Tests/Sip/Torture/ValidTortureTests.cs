using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Torture;

/// <summary>RFC 4475 §3.1.1: unusual, but well-formed. Each is read whole, cut at every octet and octet by octet.</summary>
[TestFixture]
[Category("SIPG-030")]
public sealed class ValidTortureTests
{
    [Test]
    public void Wsinv_is_folded_and_spaced_wherever_the_grammar_allows()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Wsinv);
        SipHeaders headers = request.Headers;
        Assert.Multiple(() =>
        {
            Assert.That(SipValidation.Check(request), Is.Null);
            Assert.That(request.RequestUri.Parameters.Contains("colour"), Is.True);
            Assert.That((headers.To!.Tag, headers.From!.Tag, headers.From.DisplayName), Is.EqualTo(("77nora", "77otto", "N \\\" O")));
            Assert.That((headers.MaxForwards, headers.CSeq!.ToString()), Is.EqualTo((70, "12 INVITE")));
            Assert.That(headers.Vias.Select(v => $"{v.Transport} {v.Host} {v.Branch}"), Is.EqualTo(
                new[] { "UDP 192.0.2.71 oldstyle", "TCP hop.example.net z9hG4bKhop1", "UDP 192.168.7.7 z9hG4bKhop2" }));
            Assert.That(headers.GetString("Subject"), Is.Empty);
            Assert.That(headers.GetString("X-New"), Is.EqualTo("first part second part"));
            Assert.That(headers.GetString("X-Odd"), Is.EqualTo(",;;,,=;,"));
            Assert.That(headers.Routes.Single().Uri.IsLooseRouter, Is.True);
            Assert.That(headers.Contacts.Single().DisplayName, Is.EqualTo("Q \"\" Q"));
            Assert.That(headers.Contacts.Single().Parameters.GetValue("q"), Is.EqualTo("0.5"));
            Assert.That(headers.Contacts.Single().Parameters.Contains("lonely"), Is.True);
            Assert.That(Encoding.UTF8.GetString(request.Body.Span), Does.StartWith("v=0\r\n").And.EndsWith("MSRP *\r\n"));
        });
    }

    [Test]
    public void Intmeth_uses_every_character_a_token_a_user_and_a_Call_ID_may_hold()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Intmeth);
        SipHeaders headers = request.Headers;
        Assert.Multiple(() =>
        {
            Assert.That(SipValidation.Check(request), Is.Null);
            Assert.That(request.Method.Name, Is.EqualTo("a-.!%*_+`'~9Z"));
            Assert.That(request.Method.IsKnown, Is.False);
            Assert.That(request.RequestUri.User, Is.EqualTo("o_d.d~!(x)'&=+$,;?/*"));
            Assert.That(request.RequestUri.Password, Is.EqualTo("p&=+$,-_.!~*'()"));
            Assert.That(headers.To!.DisplayName, Is.EqualTo("bell \u0007 rubout \u007f"));
            Assert.That(headers.From!.DisplayName, Is.EqualTo("x-.!%*_+`'~ y~'`+_*%!.-"));
            Assert.That(headers.From.Parameters.GetValue("p-.!%*_+`'~"), Is.EqualTo("фото 写真"));
            Assert.That(headers.From.Tag, Is.EqualTo("-.!%*_+`'~"));
            Assert.That(headers.CallId, Is.EqualTo("intmeth<()>{}[]?:\\/\"~`'+*@-.!%_"));
            Assert.That(headers.GetString("X-.!%*_+`'~"), Is.EqualTo("写真"));
        });
    }

    /// <summary>
    /// Here we differ on purpose: the grammar lets a NUL stand behind a backslash, and the RFC would have it read. Nothing but
    /// an attack ever does that, and a name with a NUL in it ends early in too many places. The row is not taken, and without a To
    /// there is nothing to answer, so it is dropped.
    /// </summary>
    [Test]
    public void Intmeth_with_its_escaped_NUL_is_refused_all_the_same() =>
        Assert.That(TortureMessage.Fail(TortureMessages.IntmethWithEscapedNul), Is.EqualTo(SipReadErrorCode.BadCharacter));

    [Test]
    public void Esc01_has_escapes_that_are_undone_once_and_only_in_URIs()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Esc01);
        SipUri contact = request.Headers.Contacts.Single().Uri;
        Assert.Multiple(() =>
        {
            Assert.That(SipValidation.Check(request), Is.Null);
            Assert.That((request.RequestUri.DecodedUser, request.RequestUri.Host), Is.EqualTo(("sip:nora@inner.example", "outer.example")));
            Assert.That(request.Headers.To!.Uri, Is.EqualTo(SipUri.Parse("sip:nora@example.net")));
            Assert.That(request.Headers.From!.Uri.DecodedUser, Is.EqualTo("two words"));
            Assert.That(contact.DecodedUser, Is.EqualTo("otto"));
            Assert.That(contact.IsLooseRouter, Is.True, "l%72 is lr");
            Assert.That(contact, Is.EqualTo(SipUri.Parse("sip:otto@esc.example.net;lr;colour=red%2565")));
            Assert.That(contact, Is.Not.EqualTo(SipUri.Parse("sip:otto@esc.example.net;lr;colour=rede")));
        });
    }

    [Test]
    public void Escnull_has_NULs_that_shorten_no_user()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Escnull);
        Assert.Multiple(() =>
        {
            Assert.That(SipValidation.Check(request), Is.Null);
            Assert.That(request.Headers.To!.Uri.DecodedUser, Is.EqualTo("be\0fore"));
            Assert.That(request.Headers.Contacts.Select(c => c.Uri.DecodedUser), Is.EqualTo(new[] { "\0", "\0\0" }));
            Assert.That(request.Headers.Contacts[0].Uri, Is.Not.EqualTo(request.Headers.Contacts[1].Uri));
        });
    }

    [Test]
    public void Esc02_has_percent_signs_where_they_escape_nothing()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Esc02);
        Assert.Multiple(() =>
        {
            Assert.That(SipValidation.Check(request), Is.Null);
            Assert.That(request.Method, Is.Not.EqualTo(SipMethod.Options));
            Assert.That(request.Headers.To!.DisplayName, Is.EqualTo("%A%42"));
            Assert.That(request.Headers.Contacts.Select(c => c.Uri.User), Is.EqualTo(new[] { "one", "three" }));
            Assert.That(request.Headers.TopVia!.Branch, Is.EqualTo("z9hG4bKesc%zz02"));
        });
    }

    [Test]
    public void Lwsdisp_has_no_space_between_the_name_and_its_bracket()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Lwsdisp);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That((request.Headers.From!.DisplayName, request.Headers.From.Uri.User), Is.EqualTo(("otto", "otto")));
    }

    [Test]
    public void Longreq_has_long_values_and_many_of_them()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Longreq);
        Assert.Multiple(() =>
        {
            Assert.That(SipValidation.Check(request), Is.Null);
            Assert.That(request.Headers.Vias, Has.Count.EqualTo(34));
            Assert.That(request.Headers.Vias[^1].Branch, Has.Length.EqualTo(300));
            Assert.That(request.Headers.From!.Tag, Has.Length.EqualTo(241));
            Assert.That(request.Headers.To!.Uri.Parameters, Has.Count.EqualTo(2));
            Assert.That(request.Headers.CallId, Has.Length.EqualTo(248));
        });
    }

    [Test]
    public void Dblreq_holds_one_request_as_a_datagram_and_two_as_a_stream()
    {
        SipRequest request = TortureMessage.ReadDatagram<SipRequest>(TortureMessages.Dblreq);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That((request.Headers.CallId, request.Body.Length), Is.EqualTo(("dblreq.first", 0)));
        Assert.That(request.Warnings.Select(w => w.Code), Does.Contain(SipWarningCode.TrailingBytes));
        Assert.That(TortureMessage.ReadStream(TortureMessages.Dblreq), Has.Count.EqualTo(2));
    }

    [Test]
    public void Semiuri_has_a_semicolon_that_belongs_to_the_user()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Semiuri);
        Assert.Multiple(() =>
        {
            Assert.That(SipValidation.Check(request), Is.Null);
            Assert.That((request.RequestUri.User, request.RequestUri.Host), Is.EqualTo(("nora;room=7%40north", "example.net")));
            Assert.That(request.RequestUri.DecodedUser, Is.EqualTo("nora;room=7@north"));
            Assert.That(request.Headers.Accept, Has.Count.EqualTo(3));
        });
    }

    [Test]
    public void Transports_come_in_kinds_nobody_knows()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Transports);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.Vias.Select(v => v.Transport), Is.EqualTo(new[] { "UDP", "TLS", "CARRIER-PIGEON", "SCTP", "TCP" }));
    }

    [Test]
    public void Mpart01_has_every_octet_in_its_body()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Mpart01);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.ContentType!.Essence, Is.EqualTo("multipart/mixed"));
        Assert.That(request.Body.Span.EndsWith("\r\n--cut--\r\n"u8), Is.True);
        Assert.That(request.Body.Span.Count((byte)0), Is.EqualTo(3));
    }

    [Test]
    public void Unreason_says_it_in_other_words()
    {
        SipResponse response = TortureMessage.Read<SipResponse>(TortureMessages.Unreason);
        Assert.That((response.StatusCode, response.ReasonPhrase), Is.EqualTo((200, "1+1=2 & всё готово 写真")));
    }

    [Test]
    public void Noreason_says_nothing_but_its_number()
    {
        SipResponse response = TortureMessage.Read<SipResponse>(TortureMessages.Noreason);
        Assert.That((response.StatusCode, response.ReasonPhrase), Is.EqualTo((180, string.Empty)));
    }
}
