using System.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>The code on docs/sdp.md.</summary>
internal static class SdpSnippets
{
    public static string Read(ReadOnlySpan<byte> bytes)
    {
        // snippet: Read
        if (!SessionDescription.TryParse(bytes, SdpLimits.Default, out SessionDescription? description, out SdpReadError error))
        {
            return $"no SDP: {error.Code} at {error.Offset}";
        }

        MediaDescription? file = description.Media.FirstOrDefault(m => m.IsMsrp && m.FileSelector is not null);
        return file is null
            ? "no file"
            : $"{file.FileSelector!.Name}, {file.FileSelector.Size} bytes, {description.GetDirection(file)}, at {file.Path?[0]}";
        // end
    }

    public static SessionDescription Offer(IPAddress address, FileHash hash)
    {
        // snippet: Offer
        var offer = new SessionDescription
        {
            Origin = Origin.Create(address),
            Connection = new ConnectionData(address),
            Media =
            [
                new MediaDescription
                {
                    Port = 7654,
                    Attributes =
                    [
                        SdpAttributes.Direction(MediaDirection.SendOnly),
                        SdpAttributes.AcceptTypes(new AcceptedTypes(new MediaType("image", "png"))),
                        SdpAttributes.Path("msrp://192.0.2.1:7654/jshA7we;tcp"),
                        SdpAttributes.FileSelector(new FileSelector { Name = "cat.png", Type = new MediaType("image", "png"), Size = 32349, Hashes = [hash] }),
                        SdpAttributes.FileTransferId(FileTransferId.Create()),
                    ],
                },
            ],
        };
        // end
        return offer;
    }

    public static SessionDescription Refuse(SessionDescription offer, IPAddress address)
    {
        // snippet: Refuse
        var answer = new SessionDescription
        {
            Origin = Origin.Create(address),
            Connection = new ConnectionData(address),
            Media = [.. offer.Media.Select(OfferAnswer.Refuse)],
        };
        AnswerProblem problem = OfferAnswer.Check(offer, answer, out int section);
        // end
        return problem is AnswerProblem.None && section == -1 ? answer : throw new InvalidOperationException("unreachable");
    }

    public static SessionDescription Next(SessionDescription current)
    {
        // snippet: Next
        SessionDescription unchanged = OfferRevision.Next(current, current);
        SessionDescription withoutTheFile = OfferRevision.Next(current, current with { Media = OfferRevision.Remove(current.Media, 0) });
        // end
        return unchanged == current ? withoutTheFile : throw new InvalidOperationException("unreachable");
    }
}
