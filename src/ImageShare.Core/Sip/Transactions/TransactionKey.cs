using System.Globalization;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Sip.Transactions;

/// <summary>
/// The key that matches a message to its transaction (RFC 3261 §17.1.3, RFC 3261 §17.2.3). For peers of RFC 2543, whose branches identify
/// nothing, it has the tuple of RFC 2543 instead of the branch.
/// </summary>
/// <param name="Branch">The branch, or the RFC 2543 tuple.</param>
/// <param name="SentBy">Host and port of the top Via for a server transaction, empty for a client transaction.</param>
/// <param name="Method">The method of the transaction's request; INVITE for an ACK.</param>
internal readonly record struct TransactionKey(string Branch, string SentBy, SipMethod Method)
{
    /// <summary>The key of a client transaction.</summary>
    public static TransactionKey ForClient(string branch, SipMethod method) => new(branch, string.Empty, method);

    /// <summary>The key of the client transaction of a response; null if it cannot have one.</summary>
    public static TransactionKey? ForResponse(SipResponse response) =>
        response.Headers is { TopVia.Branch: { } branch, CSeq: { } cseq } ? ForClient(branch, cseq.Method) : null;

    /// <summary>The key of the server transaction a request belongs to. The request has passed <see cref="SipValidation"/>.</summary>
    public static TransactionKey ForServer(SipRequest request)
    {
        Via via = request.Headers.TopVia!;
        SipMethod method = request.Method == SipMethod.Ack ? SipMethod.Invite : request.Method;
        string sentBy = via.Port is { } port
            ? string.Create(CultureInfo.InvariantCulture, $"{via.Host.ToLowerInvariant()}:{port}")
            : via.Host.ToLowerInvariant();
        return new(via.HasMagicCookie ? via.Branch! : OldTuple(request, method), sentBy, method);
    }

    /// <summary>The key of the INVITE that a CANCEL with this key cancels (RFC 3261 §9.2).</summary>
    public TransactionKey ForCancelled() => this with { Method = SipMethod.Invite };

    // The To tag is not part of the tuple for INVITE, ACK and CANCEL: an ACK has the tag of the response, its INVITE has none.
    private static string OldTuple(SipRequest request, SipMethod method)
    {
        SipHeaders headers = request.Headers;
        string toTag = method == SipMethod.Invite || method == SipMethod.Cancel ? string.Empty : headers.To!.Tag ?? string.Empty;

        // No part can contain a line feed, so different tuples give different texts.
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{request.RequestUri}\n{headers.From!.Tag}\n{toTag}\n{headers.CallId}\n{headers.CSeq!.Number}\n{headers.TopVia}");
    }
}

/// <summary>
/// The key of a request that arrives several times by different paths, because a proxy forked it and the paths end here
/// (RFC 3261 §8.2.2.2).
/// </summary>
internal readonly record struct MergeKey(string? FromTag, string CallId, uint Number, SipMethod Method)
{
    /// <summary>The key of a request outside a dialog; null for any other, and for ACK and CANCEL.</summary>
    public static MergeKey? For(SipRequest request)
    {
        SipHeaders headers = request.Headers;
        bool canMerge = headers.To!.Tag is null && request.Method != SipMethod.Ack && request.Method != SipMethod.Cancel;
        return canMerge ? new(headers.From!.Tag, headers.CallId!, headers.CSeq!.Number, request.Method) : null;
    }
}
