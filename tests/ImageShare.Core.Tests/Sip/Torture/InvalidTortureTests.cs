using System.Buffers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.Torture;

/// <summary>
/// RFC 4475 §3.1.2: ill-formed. What can be framed is read, and <see cref="SipValidation"/> says what it is refused with; what
/// cannot breaks a stream. <see cref="TortureReactionTests"/> shows what the peer gets.
/// </summary>
[TestFixture]
[Category("SIPG-030")]
public sealed class InvalidTortureTests
{
    [Test]
    public void Badinv01_has_separators_with_nothing_between() =>
        Assert.That(Check(TortureMessages.Badinv01), Is.Null.Or.Property("Status").EqualTo(400));

    [Test]
    public void Clerr_promises_more_than_there_is()
    {
        Assert.That(SipReader.TryReadDatagram(TortureMessages.Clerr, null, out SipMessage? refused, out SipReadError? error), Is.False);
        Assert.That(error!.Value.Code, Is.EqualTo(SipReadErrorCode.BodyTruncated));
        Assert.That(refused!.Headers.CallId, Is.EqualTo("clerr.mine"));

        // A stream waits; the connection's time limit ends that.
        var reader = new SipReader();
        var input = new ReadOnlySequence<byte>(TortureMessages.Clerr);
        Assert.That(reader.Read(ref input, out _), Is.EqualTo(OperationStatus.NeedMoreData));
        Assert.That(reader.IsInBody, Is.True);
    }

    [Test]
    public void Ncl_has_a_length_below_zero() =>
        Assert.That(TortureMessage.Fail(TortureMessages.Ncl), Is.EqualTo(SipReadErrorCode.BadContentLength));

    [Test]
    public void Ncl_has_a_length_in_words() =>
        Assert.That(TortureMessage.Fail(TortureMessages.NclInWords), Is.EqualTo(SipReadErrorCode.BadContentLength));

    [Test]
    public void Scalar02_has_numbers_beyond_their_range()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Scalar02);
        Assert.That(request.Headers.CSeq, Is.Null);
        Assert.That(SipValidation.Check(request), Is.EqualTo(new SipRejection(400, "Bad CSeq")));
    }

    [Test]
    public void Scalarlg_is_a_response_that_belongs_to_nothing()
    {
        SipResponse response = TortureMessage.Read<SipResponse>(TortureMessages.Scalarlg);
        Assert.That((response.Headers.CSeq, response.Headers.RetryAfter), Is.EqualTo(((object?)null, (int?)null)));
    }

    [Test]
    public void Quotbal_never_closes_its_quote() =>
        Assert.That(Check(TortureMessages.Quotbal), Is.EqualTo(new SipRejection(400, "Bad To")));

    [Test]
    public void Ltgtruri_has_its_URI_in_brackets() =>
        Assert.That(Check(TortureMessages.Ltgtruri), Is.EqualTo(new SipRejection(400, "Bad Request-URI")));

    [Test]
    public void Lwsruri_has_a_space_in_its_URI() =>
        Assert.That(Check(TortureMessages.Lwsruri), Is.EqualTo(new SipRejection(400, "Bad Request-URI")));

    [Test]
    public void Lwsstart_has_two_spaces_where_one_belongs() =>
        Assert.That(Check(TortureMessages.Lwsstart), Is.EqualTo(new SipRejection(400, "Bad Request-URI")));

    [Test]
    public void Trws_has_spaces_behind_its_version() =>
        Assert.That(Check(TortureMessages.Trws), Is.EqualTo(new SipRejection(400, "Bad Request-URI")));

    /// <summary>The RFC lets one refuse it or leave the headers aside; we leave them aside.</summary>
    [Test]
    public void Escruri_has_headers_in_its_URI_that_do_nothing()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Escruri);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That((request.RequestUri.User, request.RequestUri.Host), Is.EqualTo(("nora", "example.net")));
        Assert.That(request.Headers.Contains("Route"), Is.False);
    }

    [Test]
    public void Baddate_has_a_time_zone_nobody_needs() => Assert.That(Check(TortureMessages.Baddate), Is.Null);

    [Test]
    public void Regbadct_has_a_Contact_that_needs_brackets()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Regbadct);
        Assert.That(request.Headers.Contacts, Is.Empty);
    }

    [Test]
    public void Badaspec_has_spaces_inside_the_brackets() =>
        Assert.That(Check(TortureMessages.Badaspec), Is.EqualTo(new SipRejection(400, "Bad To")));

    /// <summary>The RFC lets one refuse it or infer the quotes; we infer them, and write them into what we send.</summary>
    [Test]
    public void Baddn_has_commas_in_names_without_quotes()
    {
        SipRequest request = TortureMessage.Read<SipRequest>(TortureMessages.Baddn);
        Assert.That(SipValidation.Check(request), Is.Null);
        Assert.That(request.Headers.To!.ToString(), Is.EqualTo("\"Nora, N.\" <sip:nora@example.net>"));
        Assert.That(SipResponse.CreateFor(request, 200, toTag: "t").Headers.GetString("To"), Is.EqualTo("\"Nora, N.\" <sip:nora@example.net>;tag=t"));
    }

    [Test]
    public void Badvers_is_of_a_later_SIP() => Assert.That(Check(TortureMessages.Badvers)?.Status, Is.EqualTo(505));

    [Test]
    public void Mismatch01_names_two_methods() =>
        Assert.That(Check(TortureMessages.Mismatch01), Is.EqualTo(new SipRejection(400, "CSeq Method Mismatch")));

    [Test]
    public void Mismatch02_names_two_methods_one_of_them_unknown() => Assert.That(Check(TortureMessages.Mismatch02)?.Status, Is.EqualTo(501));

    [Test]
    public void Bigcode_is_no_response_at_all() =>
        Assert.That(TortureMessage.Fail(TortureMessages.Bigcode), Is.EqualTo(SipReadErrorCode.BadStartLine));

    private static SipRejection? Check(byte[] octets) => SipValidation.Check(TortureMessage.Read<SipRequest>(octets));
}
