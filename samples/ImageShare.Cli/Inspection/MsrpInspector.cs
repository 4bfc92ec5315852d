using System.Buffers;
using System.Globalization;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Cli.Inspection;

/// <summary>MSRP requests and responses, one after the other.</summary>
internal static class MsrpInspector
{
    public static IEnumerable<Finding> Inspect(ReadOnlyMemory<byte> bytes)
    {
        var decoder = new MsrpReader();
        var input = new ReadOnlySequence<byte>(bytes);
        var findings = new List<Finding>();
        Finding? open = null;
        long body = 0;
        while (true)
        {
            long offset = bytes.Length - input.Length;
            OperationStatus status = decoder.Read(ref input, out MsrpEvent next);
            if (status == OperationStatus.InvalidData)
            {
                findings.Add(new Finding { Kind = "msrp", Start = open?.Start, Error = decoder.Error!.Value.Code.ToString(), Offset = decoder.Error.Value.Offset });
                return findings;
            }

            if (status != OperationStatus.Done)
            {
                if (!decoder.IsIdle || !input.IsEmpty)
                {
                    findings.Add(new Finding { Kind = "msrp", Start = open?.Start, Error = "Truncated", Offset = bytes.Length });
                }
                else if (findings.Count == 0)
                {
                    findings.Add(new Finding { Kind = "msrp", Error = "Empty" });
                }

                return findings;
            }

            switch (next.Kind)
            {
                case MsrpEventKind.RequestHead or MsrpEventKind.ResponseHead:
                    open = Describe(next.Head, offset);
                    body = 0;
                    break;
                case MsrpEventKind.Body:
                    body += next.Body.Length;
                    break;
                default:
                    open!.Fields.Add(("continuation", next.Continuation.ToString()));
                    findings.Add(open with { BodyLength = body });
                    open = null;
                    break;
            }
        }
    }

    private static Finding Describe(MsrpHead head, long offset)
    {
        string id = System.Text.Encoding.ASCII.GetString(head.TransactionId);
        var finding = new Finding
        {
            Kind = "msrp",
            Start = head.IsRequest ? $"MSRP {id} {head.Method}" : string.Create(CultureInfo.InvariantCulture, $"MSRP {id} {head.Status:000}") + (head.Comment is null ? null : " " + head.Comment),
            Error = head.Fault?.Code.ToString(),
            Offset = head.Fault?.Offset ?? offset,
            Warnings = [.. MsrpReview.Check(head).Select(static w => new FoundWarning(w.Code.ToString(), w.Offset, w.Clause))],
        };
        Add(finding, "to", head.ToPath?.ToString());
        Add(finding, "from", head.FromPath?.ToString());
        Add(finding, "message id", head.MessageId);
        Add(finding, "byte range", head.ByteRange?.ToString());
        Add(finding, "content type", head.ContentType?.ToString());
        Add(finding, "report status", head.ReportStatus?.ToString());
        foreach (KeyValuePair<string, string> header in head.GetOtherHeaders())
        {
            Add(finding, header.Key, header.Value);
        }

        return finding;
    }

    private static void Add(Finding finding, string name, string? value)
    {
        if (value is not null)
        {
            finding.Fields.Add((name, value));
        }
    }
}
