using System.Collections.Immutable;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Sip.Dialogs;

/// <summary>
/// A dialog as an immutable value (RFC 3261 §12): its id, both parties, the route set, the remote target and both CSeq numbers. A change gives a new value.
/// </summary>
internal sealed record Dialog
{
    private const string UsualMaxForwards = "70";

    // Those written here, and Via, Contact, User-Agent and one or two of the method.
    private const int UsualRows = 10;

    private Dialog(DialogId id, NameAddress local, NameAddress remote, SipUri remoteTarget, ImmutableArray<NameAddress> routes)
    {
        Id = id;
        // A dialog lasts longer than the messages that began it.
        Local = local.WithoutMessage();
        Remote = remote.WithoutMessage();
        RemoteTarget = remoteTarget;
        Routes = routes;
        foreach (NameAddress hop in routes)
        {
            hop.WithoutMessage();
        }
    }

    /// <summary>Its identifier.</summary>
    public DialogId Id { get; }

    /// <summary>Our From, with our tag.</summary>
    public NameAddress Local { get; }

    /// <summary>Our To, with the peer's tag when it has one.</summary>
    public NameAddress Remote { get; }

    /// <summary>Where the peer is reached: its Contact.</summary>
    public SipUri RemoteTarget { get; private init; }

    /// <summary>The route set, our first hop first. It never changes once the dialog is confirmed (RFC 3261 §12.2).</summary>
    public ImmutableArray<NameAddress> Routes { get; }

    /// <summary>The number of our last request; 0 before the first.</summary>
    public uint LocalCSeq { get; private init; }

    /// <summary>The number of the peer's last request; null before the first.</summary>
    public uint? RemoteCSeq { get; private init; }

    /// <summary>The caller's dialog, from a response with a To tag or a 2xx (RFC 3261 §12.1.2): the Record-Route is reversed.</summary>
    public static Dialog OfCaller(SipRequest request, SipResponse response)
    {
        SipHeaders headers = response.Headers;
        NameAddress local = request.Headers.From!;
        NameAddress remote = headers.To ?? request.Headers.To!;
        return new(
            new DialogId(request.Headers.CallId!, local.Tag, remote.Tag),
            local,
            remote,
            headers.RemoteTarget ?? request.RequestUri,
            [.. headers.RecordRoutes.Reverse()])
        {
            LocalCSeq = request.Headers.CSeq!.Number,
        };
    }

    /// <summary>The callee's dialog, from the request and the tag of our responses to it (RFC 3261 §12.1.1).</summary>
    public static Dialog OfCallee(SipRequest request, string localTag)
    {
        SipHeaders headers = request.Headers;
        NameAddress remote = headers.From!;
        return new(
            new DialogId(headers.CallId!, localTag, remote.Tag),
            headers.To!.WithTag(localTag),
            remote,
            headers.RemoteTarget ?? SeenTarget(headers) ?? remote.Uri,
            [.. headers.RecordRoutes])
        {
            RemoteCSeq = headers.CSeq!.Number,
        };
    }

    /// <summary>The same dialog with at least this CSeq number as the last one used: requests were sent while it was early.</summary>
    public Dialog CountingFrom(uint last) => last > LocalCSeq ? this with { LocalCSeq = last } : this;

    /// <summary>A new request inside the dialog; the CSeq number is incremented (RFC 3261 §12.2.1.1).</summary>
    public RoutedRequest CreateRequest(SipMethod method, out Dialog next)
    {
        next = this with { LocalCSeq = LocalCSeq + 1 };
        return Create(method, next.LocalCSeq);
    }

    /// <summary>The ACK for a 2xx (RFC 3261 §13.2.2.4): a separate request with the CSeq number and the credentials of the INVITE.</summary>
    public RoutedRequest CreateAck(SipRequest invite)
    {
        RoutedRequest ack = Create(SipMethod.Ack, invite.Headers.CSeq!.Number);
        ack.Request.Headers.AddAll(SipHeaderNames.Authorization, invite.Headers);
        ack.Request.Headers.AddAll(SipHeaderNames.ProxyAuthorization, invite.Headers);
        return ack;
    }

    /// <summary>
    /// Records a request from the peer; false if its CSeq number is lower than an earlier one, which is answered with 500
    /// (RFC 3261 §12.2.2). Gaps are allowed. ACK and CANCEL do not count.
    /// </summary>
    public bool TryReceive(SipRequest request, out Dialog next)
    {
        uint number = request.Headers.CSeq!.Number;
        bool inOrder = RemoteCSeq is not { } last || number >= last;
        next = inOrder ? this with { RemoteCSeq = number } : this;
        return inOrder;
    }

    /// <summary>The dialog after a target refresh: an INVITE or UPDATE of the peer that was accepted, or the 2xx to one of ours (RFC 3261 §12.2).</summary>
    public Dialog RefreshedBy(SipMessage message) =>
        message.Headers.RemoteTarget is { } target ? this with { RemoteTarget = target } : this;

    // A peer without a proxy that does not know its own address (sip:a@0.0.0.0) is reached at the source address of its request (RFC 3261 §18.2.1).
    private static SipUri? SeenTarget(SipHeaders headers) => headers.Vias is [var own] && headers.Contacts.FirstOrDefault(static contact => contact.Uri.IsUnspecified) is { } contact
        ? contact.Uri with { Host = own.Received?.ToString() ?? own.Host }
        : null;

    private RoutedRequest Create(SipMethod method, uint number)
    {
        var request = new SipRequest(method, RemoteTarget, new SipHeaders(Routes.Length + UsualRows));
        RoutedRequest routed = RouteSet.Apply(request, Routes, RemoteTarget);
        SipHeaders headers = request.Headers;
        headers.Add(SipHeaderNames.MaxForwards, UsualMaxForwards);
        headers.Add(SipHeaderNames.From, Local);
        headers.Add(SipHeaderNames.To, Remote);
        headers.Add(SipHeaderNames.CallId, Id.CallId);
        headers.Add(SipHeaderNames.CSeq, new CSeq(number, method));
        return routed;
    }
}
